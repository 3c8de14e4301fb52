// The form of a reference page. A paid call shows its price first, by a dry run.
const key = form.querySelector('[type=password]');
const button = form.querySelector('button');
const { first, second, price } = trial.dataset;
const isPaid = 'paid' in trial.dataset;

/** The request whose price is shown. */
let priced = null;

function forget() {
  priced = null;
  button.textContent = first;
}

async function submit() {
  const wanted = requestOfForm();
  const name = JSON.stringify([wanted, key?.value]);
  const isDry = isPaid && priced !== name;
  const answer = await send(wanted, key?.value.trim(), isDry);
  forget();
  status.textContent = `HTTP ${answer.response.status}`;
  const dry = isDry && answer.response.ok ? JSON.parse(answer.text).dry_run : null;
  if (dry?.would_succeed) {
    priced = name;
    button.textContent = second;
    status.textContent = quoted(price, dry);
  } else if (dry) {
    status.textContent = `${dry.error_code}: ${dry.reason.message}`;
  }
  show(answer);
}

form.addEventListener('input', forget);
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (!isWellFormed()) return;
  button.disabled = true;
  try {
    await submit();
  } catch {
    status.textContent = failed;
  }
  button.disabled = false;
  button.focus();
});
addEventListener('pagehide', () => {
  form.reset();
  forget();
  output.querySelector('code').textContent = '';
  output.hidden = true;
});
trial.hidden = false;
