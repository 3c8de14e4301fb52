// Copies samples with one click, and searches the pages.
const { copy, copied, nothing } = document.body.dataset;

async function toClipboard(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Without HTTPS there is no clipboard for scripts but this one.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

for (const block of document.querySelectorAll('.doc pre')) {
  if (block.closest('.trial')) continue;
  const frame = document.createElement('div');
  frame.className = 'code';
  block.replaceWith(frame);
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = copy;
  button.addEventListener('click', async () => {
    await toClipboard(block.textContent.trimEnd());
    button.textContent = copied;
    setTimeout(() => { button.textContent = copy; }, 2_000);
  });
  frame.append(block, button);
}

// The rows of a stacked table stay rows for screen readers that go by the layout.
const roles = { table: 'table', thead: 'rowgroup', tbody: 'rowgroup', tr: 'row', th: 'columnheader', td: 'cell' };
for (const part of document.querySelectorAll('.stack :is(table, thead, tbody, tr, th, td)')) {
  part.setAttribute('role', roles[part.localName]);
}

const search = document.querySelector('.search');
const field = search.querySelector('input');
const list = search.querySelector('ul');
const status = document.createElement('p');
status.setAttribute('role', 'status');
search.append(status);
const RESULTS = 10;
let index;

const fold = (text) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
const split = (text) => fold(text).split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== '');

/** How well a section matches: every word must begin a word of it; titles and headings count more than its text. */
function score([address, title, heading, text, also], wanted) {
  const places = [[split(title), 8], [split(`${heading} ${also}`), 4], [text.split(' '), 1]];
  let sum = 0;
  for (const word of wanted) {
    const best = places.find(([words]) => words.some((known) => known.startsWith(word)));
    if (!best) return 0;
    sum += best[1];
  }
  // A list of changes mentions everything, and most readers run no gateway.
  if (address.includes('/changelog')) return sum / 4;
  return address.includes('/operations/') ? sum / 2 : sum;
}

/** The pages that match, each with its best section. Of two that match as well, the first is the one with more about it. */
function pagesOf(sections, wanted) {
  const pages = new Map();
  for (const section of sections) {
    const address = section[0].split('#')[0];
    if (!pages.has(address)) pages.set(address, { sections: 0, matching: 0, points: 0, best: section });
    const page = pages.get(address);
    const points = score(section, wanted);
    page.sections += 1;
    if (points > 0) page.matching += 1;
    if (points > page.points) Object.assign(page, { points, best: section });
  }
  const share = (page) => page.matching / (page.sections + 2);
  const found = [...pages.values()].filter((page) => page.points > 0);
  return found.sort((a, b) => b.points - a.points || share(b) - share(a)).slice(0, RESULTS).map((page) => page.best);
}

async function find() {
  const wanted = split(field.value);
  index ??= fetch(search.dataset.index).then((response) => response.json());
  const { sections, one, many } = await index;
  const found = wanted.length === 0 ? [] : pagesOf(sections, wanted);
  list.replaceChildren(...found.map(([address, title, heading]) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = address;
    link.textContent = heading ? `${title}: ${heading}` : title;
    item.append(link);
    return item;
  }));
  if (wanted.length > 0 && found.length === 0) {
    const item = document.createElement('li');
    item.textContent = nothing;
    list.append(item);
  }
  list.hidden = wanted.length === 0;
  const counted = found.length === 1 ? one : many.replace('{n}', found.length);
  status.textContent = wanted.length === 0 ? '' : found.length === 0 ? nothing : counted;
}

/** From the field into the results and back. */
function step(by) {
  const stops = [field, ...list.querySelectorAll('a')];
  stops[(stops.indexOf(document.activeElement) + by + stops.length) % stops.length].focus();
}

field.addEventListener('input', find);
search.addEventListener('submit', async (event) => {
  event.preventDefault();
  await find();
  list.querySelector('a')?.click();
});
search.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    list.hidden = true;
    field.focus();
  }
  if (!list.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    step(event.key === 'ArrowDown' ? 1 : -1);
  }
});
search.addEventListener('focusout', (event) => {
  if (!search.contains(event.relatedTarget)) list.hidden = true;
});
search.hidden = false;

// Samples have the address by which the reader came; only the browser knows that a proxy in front speaks HTTPS.
if (location.protocol === 'https:') {
  const walker = document.createTreeWalker(document.querySelector('.doc'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    node.data = node.data.replaceAll(`http://${location.host}/`, `${location.origin}/`);
  }
}
