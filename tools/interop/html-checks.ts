// What must hold of a page. Each check finds something wrong with `everything-wrong.html`, or it finds nothing anywhere.
import type { BrowserContextOptions, Page } from 'playwright-core';

import { PHONE, SCREEN } from './browser.ts';
import {
  askAxe,
  overflowOf,
  ranIn,
  shapesIn,
  tabThrough,
  unseenIn,
  type Opened,
} from './reader.ts';

export interface Check {
  readonly what: string;
  /** Each is tried. */
  readonly windows?: readonly BrowserContextOptions[];
  /** Undefined if the page has nothing that this is about. */
  readonly wrongIn: (opened: Opened) => Promise<readonly string[] | undefined>;
}

/** The narrowest phone, in pixels. */
const NARROW = 360;

/** Of the rules of axe, so many at least have something to look at. */
const SOME_RULES = 10;

const LOOKS: readonly BrowserContextOptions[] = (['light', 'dark'] as const).flatMap(
  (colorScheme) => [PHONE, SCREEN].map((viewport) => ({ colorScheme, viewport })),
);

const FITS: Check = {
  what: `nothing is wider than a phone of ${NARROW} pixels`,
  wrongIn: async ({ page }) => {
    const over = await overflowOf(page, NARROW);
    return over > 0 ? [`${over} pixels more`] : [];
  },
};

/** Of every page, whoever wrote what is in it. */
export const EVERY_PAGE: readonly Check[] = [
  FITS,
  {
    what: 'nothing is requested, the policy forbids nothing, no error, no dialog',
    wrongIn: async ({ requests, complaints }) =>
      await Promise.resolve([...requests.slice(1), ...complaints]),
  },
  {
    what: 'Tab goes from top to bottom, and the eye can follow',
    wrongIn: async ({ page }) =>
      (await tabThrough(page)).flatMap(({ name, isAfterLast, isMarked, isSeen }) => [
        ...(isAfterLast ? [] : [`${name}: out of order`]),
        ...(isMarked ? [] : [`${name}: not marked`]),
        ...(isSeen ? [] : [`${name}: not seen`]),
      ]),
  },
  {
    what: 'the first stop of Tab skips to the report',
    wrongIn: async ({ page }) => {
      for (const key of ['Tab', 'Enter']) await page.keyboard.press(key);
      const isThere = await page.evaluate<boolean>('document.activeElement.matches("main")');
      return isThere ? [] : ['it is not there'];
    },
  },
  {
    what: 'Enter unfolds, and Space folds',
    wrongIn: async ({ page }) => {
      const fold = page.locator('main summary:visible').first();
      if ((await fold.count()) === 0) return undefined;
      const states: boolean[] = [];
      for (const key of ['Enter', 'Space']) {
        await fold.focus();
        await page.keyboard.press(key);
        states.push(await page.evaluate<boolean>('document.activeElement.parentElement.open'));
      }
      return String(states) === 'true,false' ? [] : [String(states)];
    },
  },
  {
    what: 'each link, when it is clicked, shows its place in the page, folded or not',
    wrongIn: async ({ page }) => await lostLinks(page),
  },
  {
    what: 'without script nothing is missing',
    windows: [{ javaScriptEnabled: false }],
    wrongIn: async ({ page }) => {
      await page.evaluate(
        'for (const fold of document.querySelectorAll("details")) fold.open = true',
      );
      return await unseenIn(page);
    },
  },
  {
    what: 'paper has all, also what is folded, but for ways to other places of the page',
    wrongIn: async ({ page }) => {
      await page.emulateMedia({ media: 'print' });
      return await unseenIn(page);
    },
  },
  {
    what: 'paper has what is folded also in a browser that has no style for it, and the screen is as before then',
    wrongIn: async ({ page }) => {
      const folds = page.locator('details:not([open])');
      const before = await folds.count();
      if (before === 0) return undefined;
      await page.evaluate('dispatchEvent(new Event("beforeprint"))');
      const shut = await folds.count();
      await page.evaluate('dispatchEvent(new Event("afterprint"))');
      const after = await folds.count();
      return shut === 0 && after === before ? [] : [`${before}, ${shut}, ${after} are folded`];
    },
  },
  {
    what: 'what proves nothing shows nothing as good: no tick, and no green in either scheme',
    windows: LOOKS,
    wrongIn: async ({ page }) => await goodIn(page),
  },
  {
    what: 'axe-core finds no violation of WCAG 2.2 A and AA',
    windows: LOOKS,
    wrongIn: async ({ page }) => {
      const { rules, violations } = await askAxe(page);
      return rules < SOME_RULES ? [`only ${rules} rules apply`] : violations;
    },
  },
];

/** Heads of what is no proof. */
const CLAIMS = String.raw`/^\W*(?:Recorded|Invalid|Unsigned|SANDBOX|Weakened|Signed: undecided)\b/`;

/** Undefined if the page may show something as good. Of each element every colour is looked at. */
async function goodIn(page: Page): Promise<readonly string[] | undefined> {
  const found = await page.evaluate<readonly string[] | null>(`(() => {
    if (!${CLAIMS}.test(document.querySelector('h1').textContent)) return null;
    const probe = document.body.appendChild(document.createElement('i'));
    probe.className = 'said good';
    const good = getComputedStyle(probe).color;
    probe.remove();
    const wrong = /[\u2705\u2713\u2714]/.exec(document.body.textContent) ?? [];
    for (const element of document.body.querySelectorAll('*')) {
      const { color, fill, stroke, backgroundColor, borderTopColor } = getComputedStyle(element);
      const all = [color, fill, stroke, backgroundColor, borderTopColor];
      if (all.includes(good)) wrong.push(element.textContent.trim().slice(0, 80));
    }
    return [...wrong];
  })()`);
  return found ?? undefined;
}

/** A place may be any element, also in a picture. */
async function lostLinks(page: Page): Promise<readonly string[] | undefined> {
  const links = page.locator('main a:visible');
  if ((await links.count()) === 0) return undefined;
  const lost: string[] = [];
  const seen = new Set<string>();
  for (const link of await links.all()) {
    const place = (await link.getAttribute('href')) ?? '';
    if (seen.has(place)) continue;
    seen.add(place);
    await link.dispatchEvent('click');
    const isThere = await page.evaluate<boolean>(`(() => {
      const target = document.getElementById(${JSON.stringify(place.slice(1))});
      const { top = -1, bottom = -1 } = target?.getBoundingClientRect() ?? {};
      return target?.checkVisibility() === true && top < innerHeight && bottom > 0;
    })()`);
    if (!isThere || !place.startsWith('#')) lost.push(place);
  }
  return lost;
}

/** Of a page with texts of somebody who wants them to be more. */
export function hostileChecks(shapes: ReadonlySet<string>): readonly Check[] {
  return [
    FITS,
    {
      what: 'foreign text makes no element and no attribute',
      wrongIn: async ({ page }) => (await shapesIn(page)).filter((shape) => !shapes.has(shape)),
    },
    {
      what: 'foreign text runs nothing and requests nothing, also when all is clicked',
      wrongIn: async ({ page, requests, complaints }) => {
        const ran = await ranIn(page);
        return [...(ran === '' ? [] : [`ran: ${ran}`]), ...requests.slice(1), ...complaints];
      },
    },
  ];
}
