// Somebody who opens a page that stands by itself: what they see, and all that the page tries to do.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

import { requireChromium } from './debian.ts';

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** WCAG 2.2, levels A and AA. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Errors for those who watch a page that must have none. */
const WATCH = `addEventListener('securitypolicyviolation', (event) =>
  console.error('policy', event.violatedDirective, event.blockedURI));`;

export interface Opened {
  readonly page: Page;
  /** What it asked for, the page itself first. */
  readonly requests: readonly string[];
  /** Errors, warnings, what its policy forbids, and dialogs. */
  readonly complaints: readonly string[];
}

/** Opens the page at this path, in a window of its own, until `look` is done. */
export type Open = <T>(
  path: string,
  look: (opened: Opened) => Promise<T>,
  options?: BrowserContextOptions,
) => Promise<T>;

export async function withReader(work: (open: Open) => Promise<void>): Promise<void> {
  const executablePath = await requireChromium();
  const browser = await chromium.launch({ executablePath, headless: true });
  const contexts = new Map<string, BrowserContext>();
  try {
    await work(async (path, look, options = {}) => {
      const key = JSON.stringify(options);
      const context = contexts.get(key) ?? (await offlineContext(browser, options));
      contexts.set(key, context);
      const page = await context.newPage();
      try {
        const opened = watch(page);
        await page.goto(`file://${path}`);
        return await look(opened);
      } finally {
        await page.close();
      }
    });
  } finally {
    await browser.close();
  }
}

async function offlineContext(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    offline: true,
    reducedMotion: 'reduce',
    ...options,
  });
  await context.addInitScript(WATCH);
  return context;
}

function watch(page: Page): Opened {
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, requests, complaints };
}

interface Findings {
  readonly rules: number;
  readonly violations: readonly string[];
}

/** What axe-core says against the page, and how many of its rules had something to look at. */
export async function askAxe(page: Page): Promise<Findings> {
  await page.evaluate(AXE);
  return await page.evaluate<Findings>(`axe.run(document, {
    runOnly: { type: 'tag', values: ${JSON.stringify(RULES)} },
  }).then(({ passes, violations }) => ({
    rules: passes.length + violations.length,
    violations: violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary }) => [id, html.slice(0, 200), failureSummary].join(': '))),
  }))`);
}

/** How much wider the page is than its window. */
export async function overflowOf(page: Page, width: number): Promise<number> {
  await page.setViewportSize({ width, height: 800 });
  return await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}

/** The texts that nobody sees. What only leads to another place of the page, belongs to a field that waits for a script, or is a picture of what a list says too, is none. */
export async function unseenIn(page: Page): Promise<readonly string[]> {
  return await page.evaluate<readonly string[]>(`(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const unseen = [];
    while (walker.nextNode()) {
      const { parentElement, data } = walker.currentNode;
      if (data.trim() === '' || parentElement.closest('script, style, template, nav, a[href="#main"], [role=search], svg')) continue;
      if (!parentElement.checkVisibility({ visibilityProperty: true })) unseen.push(data.trim().slice(0, 80));
    }
    return unseen;
  })()`);
}

interface Focused {
  readonly name: string;
  readonly isAfterLast: boolean;
  readonly isMarked: boolean;
  readonly isSeen: boolean;
}

/** No page has so many; one that has keeps nobody waiting. */
const MOST_STOPS = 300;

/** What the Tab key goes through, until it leaves the page. */
export async function tabThrough(page: Page): Promise<readonly Focused[]> {
  const all: Focused[] = [];
  await page.evaluate('globalThis.before = undefined; document.activeElement.blur()');
  for (let count = 0; count < MOST_STOPS; count += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<Focused | null>(`(() => {
      const now = document.activeElement;
      if (now === document.body || now === null) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(now);
      const box = now.getBoundingClientRect();
      const isAfterLast = globalThis.before === undefined ||
        (before.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
      globalThis.before = now;
      return {
        name: now.tagName + ' ' + now.textContent.trim().slice(0, 40),
        isAfterLast,
        isSeen: now.checkVisibility({ visibilityProperty: true }) && box.right > 0 && box.bottom > 0 && box.left < innerWidth,
        isMarked: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0,
      };
    })()`);
    if (focused === null) break;
    all.push(focused);
  }
  return all;
}

/** Each kind of element with the names of its attributes, once. */
export async function shapesIn(page: Page): Promise<readonly string[]> {
  return await page.evaluate<readonly string[]>(`[...new Set([...document.querySelectorAll('*')]
    .map((element) => [element.localName, ...element.getAttributeNames().sort()].join(' ')))]`);
}

/** What a script of somebody else left behind, also after a click on all that can be clicked. */
export async function ranIn(page: Page): Promise<string> {
  return await page.evaluate<string>(`(() => {
    const all = [...document.querySelectorAll('a, area, button, summary, input')];
    // What is in a picture can be clicked too, and has no method for it.
    for (const element of all.slice(0, 300)) {
      element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    }
    return String(globalThis.pwned ?? '');
  })()`);
}
