// A real Chromium, and what somebody does in it.
import { join } from 'node:path';

import { chromium, type BrowserContext, type Page } from 'playwright-core';

import { requireChromium } from './debian.ts';

const TIMEOUT_MS = 30_000;
export const SCREEN = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

interface Asked {
  readonly url: string;
  /** The address of the page that wanted it; empty if it is itself to be a page. */
  readonly by: string;
}

/** The browser of one person: its own cookies, and a list of all that it asked for. */
export interface Person {
  readonly context: BrowserContext;
  readonly requests: Asked[];
  /** What scripts of a page did that must have none. */
  readonly dialogs: string[];
}

/** Lets one person after the other use a browser. */
export async function withBrowser<T>(
  work: (person: () => Promise<Person>) => Promise<T>,
): Promise<T> {
  const executablePath = await requireChromium();
  const browser = await chromium.launch({ executablePath, headless: true });
  console.log(`chromium ${browser.version()}`);
  try {
    return await work(async () => {
      const context = await browser.newContext({ viewport: SCREEN });
      context.setDefaultTimeout(TIMEOUT_MS);
      const person: Person = { context, requests: [], dialogs: [] };
      context.on('request', (request) => {
        const by = request.isNavigationRequest() ? '' : request.frame().url();
        person.requests.push({ url: request.url(), by });
      });
      context.on('dialog', (dialog) => {
        person.dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      // The pages of the provider want a font from elsewhere.
      await context.route(
        ({ hostname }) => !LOOPBACK.has(hostname),
        async (route) => {
          await route.abort();
        },
      );
      return person;
    });
  } finally {
    await browser.close();
  }
}

/** Lets work show pages of its own, which ask nobody for anything; pictures have two pixels for each. */
export async function withPages(work: (page: Page) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({
    executablePath: await requireChromium(),
    headless: true,
  });
  try {
    const context = await browser.newContext({ deviceScaleFactor: 2 });
    await context.setOffline(true);
    await work(await context.newPage());
  } finally {
    await browser.close();
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);

/** A picture of a page on a screen, and one on a phone. */
export async function photograph(page: Page, directory: string, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries({ screen: SCREEN, phone: PHONE })) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: join(directory, `${name}-${size}.png`) });
  }
}

/** What a person reads on a page, whether it fits on a phone, and how many elements load or run something. */
export async function readPage(
  page: Page,
): Promise<{ readonly text: string; readonly isWhole: boolean; readonly active: number }> {
  const text = await page.locator('body').innerText();
  await page.setViewportSize(PHONE);
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  const active = await page.locator('img, script, link, iframe, object, embed, form').count();
  return { text, isWhole: width <= PHONE.width, active };
}
