// Pages work without this file. It copies secrets, keeps a form from being sent twice, and hides a secret when its page is left.
const one = (root, selector) => root.querySelector(selector);

for (const form of document.forms) {
  form.addEventListener('submit', () => {
    for (const button of form.querySelectorAll('button')) setTimeout(() => { button.disabled = true; }, 0);
  });
}

// Back from the cache of the browser: buttons are enabled again, and a page with a secret is reloaded.
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll('button')) button.disabled = false;
  if (one(document, '[data-secret]')) location.reload();
});
addEventListener('pagehide', () => {
  for (const field of document.querySelectorAll('[data-secret]')) field.value = '';
});

const say = (button, text) => {
  const status = one(document, '#copy-status');
  if (status) status.textContent = text;
  if (button.dataset.done && text === button.dataset.done) button.textContent = text;
};

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const field = one(document, `#${button.dataset.copy}`);
    const wasHidden = field.classList.contains('masked');
    field.classList.remove('masked');
    field.focus();
    field.select();
    let done = false;
    try {
      await navigator.clipboard.writeText(field.value);
      done = true;
    } catch {
      // Without HTTPS browsers have no clipboard for scripts; the old way still copies what is selected.
      done = document.execCommand('copy');
    }
    if (wasHidden && done) field.classList.add('masked');
    say(button, done ? button.dataset.done : button.dataset.failed);
  });
}

// A page that waits for something looks again by itself, a few times.
const again = one(document, '[data-refresh]');
if (again && Number(sessionStorage.getItem('looked') ?? 0) < 6) {
  sessionStorage.setItem('looked', Number(sessionStorage.getItem('looked') ?? 0) + 1);
  setTimeout(() => { location.assign(again.href); }, 1000);
} else {
  sessionStorage.removeItem('looked');
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

for (const button of document.querySelectorAll('[data-reveal]')) {
  button.hidden = false;
  // Without this file the secret must be readable. A field for passwords would be offered to the browser's keeper of them.
  one(document, `#${button.dataset.reveal}`).classList.add('masked');
  button.addEventListener('click', () => {
    const field = one(document, `#${button.dataset.reveal}`);
    const isMasked = field.classList.toggle('masked');
    button.textContent = isMasked ? button.dataset.show : button.dataset.hide;
  });
}

for (const button of document.querySelectorAll('[data-download]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const field = one(document, `#${button.dataset.download}`);
    const link = document.createElement('a');
    const { file, variable } = button.dataset;
    const text = variable ? `${variable}=${field.value}` : field.value;
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
    link.download = file;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

for (const button of document.querySelectorAll('[data-test]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const field = one(document, `#${button.dataset.test}`);
    let works = false;
    try {
      const answer = await fetch('/v1/account', { headers: { 'x-api-key': field.value }, credentials: 'omit', cache: 'no-store' });
      works = answer.ok || answer.status === 403;
    } catch {
      works = false;
    }
    say(button, works ? button.dataset.works : button.dataset.broken);
  });
}
