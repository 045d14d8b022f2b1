// What somebody does with a page by its script, and with the keyboard alone.
import type { Page } from 'playwright-core';

import type { Check } from './html-checks.ts';

const TRIES = 60;
const PAUSE_MS = 50;

/** Waits until the page is as `holds` says, or gives false: its script answers a little later. Its policy lets nothing wait in it. */
async function becomes(page: Page, holds: string): Promise<boolean> {
  for (let count = 0; count < TRIES; count += 1) {
    if (await page.evaluate<boolean>(holds)) return true;
    await page.waitForTimeout(PAUSE_MS);
  }
  return false;
}

/** The rows that are searched, as expressions for the page. */
const ROWS = `[...document.querySelector('.search').closest('section').querySelectorAll('.row')]`;
const SHOWN = `${ROWS}.filter((row) => row.checkVisibility())`;
const SAID = `document.querySelector('.search output').textContent`;

/** Rows that show no section of theirs, or hide one of another. */
const APART = `${ROWS}.filter((row) => {
  const link = row.querySelector('th a[href^="#"]');
  const about = link && document.getElementById(link.hash.slice(1));
  return about && about.hidden !== row.hidden;
}).length`;

/** A word of its last row finds rows that have it, and no others; the page says how many. */
const SEARCH: Check = {
  what: 'what is typed into the search field is what is shown, and its count is said',
  wrongIn: async ({ page }) => {
    const field = page.locator('input[type=search]:visible').first();
    if ((await field.count()) === 0) return undefined;
    const all = await page.evaluate<number>(`${ROWS}.length`);
    const [word = ''] = await page.evaluate<readonly string[]>(
      `${ROWS}.at(-1).textContent.toLowerCase().split(/\\s+/).filter((word) => word.length > 3)`,
    );
    await field.focus();
    await page.keyboard.type(word);
    const finds = `${SHOWN}.length > 0 && ${APART} === 0 && ${SAID}.startsWith(${SHOWN}.length + ' of ${all}') &&
      ${ROWS}.every((row) => row.checkVisibility() === row.textContent.toLowerCase().includes(${JSON.stringify(word)}))`;
    if (!(await becomes(page, finds))) return [`${word}: ${await page.evaluate<string>(SAID)}`];
    await page.keyboard.type(' \uFFFD no such text');
    if (!(await becomes(page, `${SHOWN}.length === 0 && ${SAID}.startsWith('0 of')`))) {
      return ['what is in no row is found'];
    }
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    return (await becomes(page, `${SHOWN}.length === ${all}`)) ? [] : ['rows stay hidden'];
  },
};

/** Sections in another order than their rows. */
const SECTIONS = `String([...document.querySelectorAll('article')].map(({ id }) => '#' + id)) ===
  String([...document.querySelectorAll('table.sortable tbody th a')].map(({ hash }) => hash))`;

const CELLS = `[...document.querySelectorAll('table.sortable tbody tr')].map((row) => row.cells[2].textContent)`;

/** Once in the order of the column, and once more against it. */
const SORT: Check = {
  what: 'Enter on the head of a column sorts the table, and once more turns it around',
  wrongIn: async ({ page }) => {
    const head = page.locator('table.sortable thead th').nth(2);
    const button = head.locator('button');
    if ((await button.count()) === 0) return undefined;
    const wrong: string[] = [];
    const before = await page.evaluate<readonly string[]>(CELLS);
    const sorted = before.toSorted(new Intl.Collator('en', { numeric: true }).compare);
    for (const [order, expected] of [
      ['ascending', sorted],
      ['descending', sorted.toReversed()],
    ] as const) {
      await button.focus();
      await page.keyboard.press('Enter');
      const found = await page.evaluate<readonly string[]>(CELLS);
      const said = await head.getAttribute('aria-sort');
      const isAlike = await page.evaluate<boolean>(SECTIONS);
      if (String(found) !== String(expected) || said !== order || !isAlike) {
        wrong.push(`${said}: ${String(found)}`);
      }
    }
    return wrong;
  },
};

/** Below the first screens, where what is shown late may move what a click leads to. */
const LAST_ROWS = 3;

const LAST: Check = {
  what: 'a click on one of the last rows of the table shows its section',
  wrongIn: async ({ page }) => {
    const links = page.locator('table.sortable tbody tr a');
    const count = await links.count();
    if (count === 0) return undefined;
    const wrong: string[] = [];
    for (let index = Math.max(0, count - LAST_ROWS); index < count; index += 1) {
      const link = links.nth(index);
      const place = (await link.getAttribute('href')) ?? '';
      await link.click();
      const isThere = `(() => {
        const { top = NaN } = document.getElementById(${JSON.stringify(place.slice(1))})?.getBoundingClientRect() ?? {};
        return location.hash === ${JSON.stringify(place)} && top >= -1 && top < innerHeight / 2 ||
          top > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
      })()`;
      if (!(await becomes(page, isThere))) wrong.push(place);
    }
    return wrong;
  },
};

export const USES: readonly Check[] = [SEARCH, SORT, LAST];
