// The playground. Without a pasted key it makes one of the reader's own test environment, which lives only in the memory of
// this page. Each change of the form asks for the price; a call that costs credits is sent by a second click.
const pasted = form.querySelector('[type=password]');
const button = form.querySelector('[data-go]');
const quote = form.querySelector('[data-quote]');
const { keyAction, keyToken, send: sendLabel, sendFor, sendForOne, costs, free, charged, calling, noKey } = trial.dataset;
const left = document.querySelector('a.left');
const QUIET_MS = 400;
const SETTLED_ATTEMPTS = 5;

let own = null;
/** The request whose price is shown, and what it costs with its key. */
let priced = null;
let timer = 0;

async function ownKey() {
  if (own) return own;
  const body = new URLSearchParams({ form: keyToken });
  const answer = await fetch(keyAction, { method: 'POST', body, cache: 'no-store', redirect: 'error' });
  if (!answer.ok) throw new Error(noKey);
  own = (await answer.text()).trim();
  return own;
}

/** Sends with the given key or the own one, which is made again once it has expired. */
async function call(wanted, key, isDry) {
  if (key) return send(wanted, key, isDry);
  const answer = await send(wanted, await ownKey(), isDry);
  if (answer.response.status !== 401) return answer;
  own = null;
  return send(wanted, await ownKey(), isDry);
}

function forget() {
  priced = null;
  button.textContent = sendLabel;
}

const nameOf = (wanted, key) => JSON.stringify([wanted, key]);

async function askPrice() {
  const wanted = requestOfForm();
  const key = pasted.value.trim();
  const name = nameOf(wanted, key);
  const answer = await call(wanted, key, true);
  // The price of a form that has changed meanwhile is not shown.
  if (name !== nameOf(requestOfForm(), pasted.value.trim())) return null;
  const dry = answer.response.ok ? JSON.parse(answer.text).dry_run : null;
  if (!dry) {
    quote.textContent = '';
    status.textContent = `HTTP ${answer.response.status}`;
    show(answer);
    return null;
  }
  if (!dry.would_succeed) {
    quote.textContent = `${dry.error_code}: ${dry.reason.message}`;
    return null;
  }
  priced = { name, credits: dry.credits };
  const text = dry.credits > 0 ? costs : free;
  quote.textContent = quoted(text, dry);
  const labelFor = dry.credits === 1 ? sendForOne : quoted(sendFor, dry);
  button.textContent = dry.credits > 0 ? labelFor : sendLabel;
  return priced;
}

async function submit() {
  const wanted = requestOfForm();
  const key = pasted.value.trim();
  if (priced?.name !== nameOf(wanted, key)) {
    const asked = await askPrice();
    // A price that was not shown, or not of this form and key, is not paid.
    if (!asked || asked.credits > 0 || asked.name !== nameOf(wanted, key)) return;
  }
  forget();
  // What was a price is a charge now, or none.
  quote.textContent = '';
  const begun = performance.now();
  const answer = await call(wanted, key, false);
  const headers = answer.response.headers;
  const took = `HTTP ${answer.response.status}, ${Math.round(performance.now() - begun)} ms.`;
  let used = headers.get('x-credits-used');
  let after = headers.get('x-credits-remaining');
  if (used === null && headers.has('x-credits-held')) [used, after] = await settled(headers.get('x-request-id'), key);
  status.textContent = used === null ? took
    : `${took} ${charged.replace('{credits}', grouped(used)).replace('{after}', after === null ? '–' : grouped(after))}`;
  show(answer);
  if (used > 0) await showLeft();
}

/** Reads the charge of a streamed answer, whose headers came before its price was known, and what is left. */
async function settled(id, key) {
  const headers = { 'X-API-Key': key || own };
  for (let attempt = 0; attempt < SETTLED_ATTEMPTS; attempt += 1) {
    const answer = await fetch(`/v1/ledger/${id}`, { headers, credentials: 'omit', cache: 'no-store' });
    const receipt = answer.ok ? await answer.json() : null;
    if (receipt && receipt.state !== 'held') return [receipt.credits, answer.headers.get('x-credits-remaining')];
    await new Promise((resume) => { setTimeout(resume, QUIET_MS); });
  }
  return [null, null];
}

/**
 * Reads again what the account has left: a pasted key may have spent it, or belong to another account. The page's policy of
 * trusted types lets no script parse HTML, so the amount is found in the text.
 */
async function showLeft() {
  const page = await fetch(location.href, { cache: 'no-store' });
  const amount = (await page.text()).match(/<a class="left[^>]*>([^<]*)/);
  if (page.ok && amount) left.firstChild.textContent = amount[1];
}

async function run(what) {
  try {
    await what();
  } catch (error) {
    status.textContent = error instanceof TypeError ? failed : error.message;
  }
}

form.addEventListener('input', () => {
  forget();
  quote.textContent = '';
  clearTimeout(timer);
  timer = setTimeout(() => { if (form.checkValidity() && isWellFormed()) run(askPrice); }, QUIET_MS);
});
button.addEventListener('click', async () => {
  clearTimeout(timer);
  if (!form.reportValidity() || !isWellFormed()) return;
  button.disabled = true;
  status.textContent = calling;
  await run(submit);
  if (status.textContent === calling) status.textContent = '';
  button.disabled = false;
  button.focus();
});

for (const sample of document.querySelectorAll('[data-sample]')) {
  sample.addEventListener('click', (event) => {
    event.preventDefault();
    const values = JSON.parse(sample.dataset.sample);
    for (const field of fields) if (field.dataset.name in values) field.value = values[field.dataset.name];
    form.dispatchEvent(new Event('input'));
  });
}

addEventListener('pagehide', () => {
  own = null;
  pasted.value = '';
  forget();
  output.querySelector('code').textContent = '';
  output.hidden = true;
});
for (const hidden of form.querySelectorAll('[data-scripted]')) hidden.hidden = false;
