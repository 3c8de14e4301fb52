// Sends a call from the form of a page. The key stays in its field: it is stored nowhere, no address contains it, and it is
// gone when the page is left.
const trial = document.querySelector('.trial');
const form = trial.querySelector('form');
const status = form.querySelector('[role=status]');
const output = trial.querySelector('pre');
const { verb, path, failed, json, help } = trial.dataset;
const fields = form.querySelectorAll('[data-in]');

function requestOfForm() {
  let address = path;
  const query = new URLSearchParams();
  // Members as text: JSON that is parsed and written again loses digits.
  const members = [];
  for (const field of fields) {
    const { in: place, name, kind } = field.dataset;
    const text = field.value.trim();
    if (place === 'path') {
      address = address.replace(`{${name}}`, () => encodeURIComponent(text));
    } else if (place === 'rest') {
      address = address.replace(`{${name}}`, () => text.split('/').map(encodeURIComponent).join('/'));
    } else if (text !== '' && place === 'query') {
      query.append(name, text);
    } else if (text !== '') {
      members.push(`${JSON.stringify(name)}:${kind === 'json' ? text : JSON.stringify(text)}`);
    }
  }
  const search = query.toString();
  const hasBody = 'body' in trial.dataset && members.length > 0;
  return { address: search ? `${address}?${search}` : address, body: hasBody ? `{${members.join()}}` : undefined };
}

async function send({ address, body }, key, isDry) {
  const headers = { 'Accept-Language': document.documentElement.lang };
  if (key) headers['X-API-Key'] = key;
  if (body) headers['Content-Type'] = 'application/json';
  if (isDry) headers['X-Dry-Run'] = 'true';
  const response = await fetch(address, {
    method: verb, headers, body, credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer',
  });
  return { response, text: await response.text() };
}

/** Writes a number of credits, or a text that is none, as the page's language does. */
function grouped(credits) {
  const number = Number(credits);
  return Number.isFinite(number) ? number.toLocaleString(document.documentElement.lang) : credits;
}

/** Returns a text with the price of a dry run: a range if it depends on what the call uses. */
function quoted(text, dry) {
  const isRange = typeof dry.credits_min === 'number' && dry.credits_min < dry.credits;
  const [most, after] = [grouped(dry.credits), grouped(dry.credits_after)];
  const credits = isRange ? `${grouped(dry.credits_min)}–${most}` : most;
  return text.replace('{credits}', credits).replace('{after}', isRange ? `≥ ${after}` : after);
}

/** Returns JSON with a member a line and its numbers as they came, and any other text as it is. */
function pretty(text) {
  if (!JSON.rawJSON) return text;
  const exact = (name, value, context) => (typeof value === 'number' ? JSON.rawJSON(context.source) : value);
  try {
    return JSON.stringify(JSON.parse(text, exact), null, 2);
  } catch {
    return text;
  }
}

function show({ response, text }) {
  const lines = [`HTTP ${response.status}`];
  for (const [name, value] of response.headers) lines.push(`${name}: ${value}`);
  output.querySelector('code').textContent = `${lines.join('\n')}\n\n${pretty(text)}`;
  output.hidden = false;
  explain(response.headers.get('Link'));
}

/** Leads from an error to its page. */
function explain(link) {
  const page = link?.match(/^<([^>]+)>; rel="help"/)?.[1];
  if (!page) return;
  const address = new URL(page, location.href);
  if (!address.protocol.startsWith('http')) return;
  const anchor = document.createElement('a');
  // An error in English links to an English page, also where this page is Portuguese.
  const isTranslated = address.origin === location.origin && document.documentElement.lang === 'pt';
  anchor.href = isTranslated && !address.pathname.startsWith('/pt/') ? `/pt${address.pathname}` : address.href;
  anchor.textContent = help;
  status.append(' ', anchor);
}

/** Whether each field of JSON has JSON; shows the first that has not. */
function isWellFormed() {
  for (const field of fields) {
    if (field.dataset.kind !== 'json' || field.value.trim() === '') continue;
    try {
      JSON.parse(field.value);
    } catch {
      field.setCustomValidity(json);
      field.reportValidity();
      return false;
    }
  }
  return true;
}

form.addEventListener('input', () => {
  for (const field of fields) field.setCustomValidity('');
});

