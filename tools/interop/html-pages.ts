// The reports in HTML, in a real Chromium: for everybody, and with nothing from anywhere, whoever wrote what is in them.
import { fileURLToPath } from 'node:url';

import { PHONE, SCREEN } from './browser.ts';
import { EVERY_PAGE, hostileChecks, type Check } from './html-checks.ts';
import { LONG, makeHostilePages, makePages, type Made } from './html-made.ts';
import { USES } from './html-uses.ts';
import { shapesIn, withReader, type Open } from './reader.ts';
import type { Report, Table } from './report.ts';

const WRONG = fileURLToPath(new URL('everything-wrong.html', import.meta.url));

const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));

/** Down to the chain of proof. */
const TALL = { ...SCREEN, height: 1250 };

interface Picture {
  readonly image: string;
  readonly name: string;
  /** By its selector; the window, if none is named. */
  readonly part?: string;
  readonly colorScheme: 'light' | 'dark';
  readonly viewport: typeof SCREEN;
}

/** Hostile pages that somebody goes through with the keyboard too. */
const KEYED: ReadonlySet<string> = new Set(['hostile-invalid', 'hostile-many']);

/** What the keyboard does, and what nothing proves. */
const KEYS = /^(?:Tab|Enter|the first stop|what proves nothing)/;

/** What the docs show. */
const PICTURES: readonly Picture[] = [
  { image: 'html-many', name: 'many', colorScheme: 'light', viewport: TALL },
  { image: 'html-many-phone', name: 'many', colorScheme: 'dark', viewport: PHONE },
  { image: 'page-verified', name: 'verification-verified', colorScheme: 'light', viewport: TALL },
  {
    ...{ image: 'page-tampered-phone', name: 'invalid-with-facts', part: '.picture.tall' },
    ...{ colorScheme: 'dark', viewport: PHONE },
  },
];

/** Takes the pictures in docs/images again. */
export async function photographHtml(): Promise<void> {
  const pages = await makePages();
  await withReader(async (open) => {
    for (const { image, name, part, ...window } of PICTURES) {
      const path = `${IMAGES}/${image}.png`;
      const page = pages.find((made) => made.name === name);
      if (page === undefined) throw new Error(`no page ${name}`);
      await open(
        page.path,
        async (opened) =>
          await (part === undefined ? opened.page : opened.page.locator(part)).screenshot({ path }),
        window,
      );
      console.log(`wrote docs/images/${image}.png`);
    }
  });
}

/** Gives what held, and of which pages. */
export async function proveHtml(report: Report): Promise<Table> {
  const rows = new Map<string, Set<string>>();
  await withReader(async (open) => {
    const prove = async (made: Made, checks: readonly Check[]): Promise<void> => {
      for (const check of checks) {
        const wrong = await wrongIn(open, made.path, check);
        if (wrong === undefined) continue;
        rows.set(check.what, (rows.get(check.what) ?? new Set()).add(made.group));
        report.assert(
          `${made.name}: ${check.what}`,
          wrong.length === 0,
          wrong.slice(0, 10).join('\n'),
        );
      }
    };
    const shapes = new Set<string>();
    for (const made of await makePages()) {
      await prove(made, made.name === LONG ? USES : [...EVERY_PAGE, ...USES]);
      const found = await open(made.path, async ({ page }) => await shapesIn(page));
      for (const shape of found) shapes.add(shape);
    }
    const hostile = hostileChecks(shapes);
    const keyed = EVERY_PAGE.filter(({ what }) => KEYS.test(what));
    for (const check of [...EVERY_PAGE, ...USES, ...hostile]) {
      const wrong = (await wrongIn(open, WRONG, check)) ?? [];
      report.assert(`everything-wrong.html: it is seen if not: ${check.what}`, wrong.length > 0);
    }
    for (const made of await makeHostilePages()) {
      await prove(made, KEYED.has(made.name) ? [...keyed, ...hostile] : hostile);
    }
  });
  const cells = [...rows].map(([what, groups]) => [what, [...groups].join(', ')]);
  return { head: ['what holds', 'of which pages'], rows: cells };
}

/** In all windows; undefined if the page has nothing that the check is about. */
async function wrongIn(
  open: Open,
  path: string,
  { windows = [{}], wrongIn: find }: Check,
): Promise<readonly string[] | undefined> {
  const wrong: string[] = [];
  for (const window of windows) {
    const found = await open(path, find, window);
    if (found === undefined) return undefined;
    wrong.push(...found.map((text) => `${JSON.stringify(window)} ${text}`));
  }
  return wrong;
}
