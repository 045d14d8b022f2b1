import { asIs } from './html.ts';

/** Whatever it does can be done without: it shows the field that searches, and opens what a link leads into. What is about a row is hidden and sorted with it. For paper it opens all, where the style has no word for that. */
export const SCRIPT = asIs`
'use strict';
const aboutOf = (row) => {
  const link = row.querySelector('th a[href^="#"]');
  return link && document.getElementById(link.hash.slice(1));
};
for (const search of document.querySelectorAll('.search')) {
  const field = search.querySelector('input');
  const count = search.querySelector('output');
  const rows = [...search.closest('section').querySelectorAll('.row')];
  let texts;
  let abouts;
  let waiting;
  const show = () => {
    texts ??= rows.map((row) => row.textContent.toLowerCase());
    abouts ??= rows.map(aboutOf);
    const words = field.value.toLowerCase().split(' ').filter((word) => word !== '');
    let shown = 0;
    for (const [index, row] of rows.entries()) {
      row.hidden = !words.every((word) => texts[index].includes(word));
      if (abouts[index]) abouts[index].hidden = row.hidden;
      if (!row.hidden) shown += 1;
    }
    count.value = words.length === 0 ? '' : shown + ' of ' + rows.length + ' shown';
  };
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 120);
  });
  search.hidden = false;
}
const { compare } = new Intl.Collator('en', { numeric: true });
for (const head of document.querySelectorAll('.sortable thead th')) {
  const button = document.createElement('button');
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener('click', () => {
    const isUp = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of head.parentElement.children) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
    const [body] = head.closest('table').tBodies;
    const keyed = [...body.rows].map((row) => [row.cells[head.cellIndex].textContent, row]);
    keyed.sort(([a], [b]) => (isUp ? compare(a, b) : compare(b, a)));
    const sorted = keyed.map(([, row]) => row);
    body.append(...sorted);
    const abouts = sorted.map(aboutOf).filter((about) => about);
    abouts[0]?.parentElement.append(...abouts);
    head.closest('table').querySelector('.order').textContent =
      'sorted by ' + button.textContent + (isUp ? '' : ', backwards');
  });
}
const open = () => {
  for (let at = document.getElementById(location.hash.slice(1)); at; at = at.parentElement) {
    if (at.tagName === 'DETAILS') at.open = true;
    if (at.hidden) at.hidden = false;
  }
};
addEventListener('hashchange', open);
open();
let shut = [];
addEventListener('beforeprint', () => {
  shut = [...document.querySelectorAll('details:not([open])')];
  for (const fold of shut) fold.open = true;
});
addEventListener('afterprint', () => {
  for (const fold of shut) fold.open = false;
});
`;
