// The reports as a maintainer sees them: GitHub's style in a real Chromium, on a screen and on a phone.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import type { Page } from 'playwright-core';

import { PHONE, SCREEN, withPages } from './browser.ts';
import type { Report } from './report.ts';

const GOLDEN = fileURLToPath(new URL('../../testdata/golden', import.meta.url));
const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));
const STYLE = readFileSync(
  fileURLToPath(import.meta.resolve('github-markdown-css/github-markdown-light.css')),
  'utf8',
);

/** Of a comment on a screen and in GitHub's app. */
const FONTS = [14, 16];

/** Where what a reader must see at once ends: verdict, first problem, signer; and the whole report, folded. */
const BOTTOMS = `(() => {
  const bottom = (element) => element?.getBoundingClientRect().bottom ?? 0;
  const items = [...document.querySelectorAll('article > ul > li')];
  const signer = items.find((item) => item.textContent.startsWith('Signer:'));
  return {
    signer: bottom(signer),
    first: Math.max(bottom(document.querySelector('h2')), bottom(items[0]), bottom(signer)),
    all: bottom(document.querySelector('article')),
    width: document.documentElement.scrollWidth,
  };
})()`;

interface Bottoms {
  readonly signer: number;
  readonly first: number;
  readonly all: number;
  readonly width: number;
}

/** Asserts what stands on the first screen of every report that a test holds. With `update`, takes the pictures of the docs. */
export async function proveReports(report: Report, update: boolean): Promise<void> {
  await withPages(async (page) => {
    const names = readdirSync(GOLDEN).filter(
      (name) => name.endsWith('.md') && name !== 'README.md',
    );
    report.assert('there are reports', names.length > 10);
    for (const name of names) await proveReport(report, page, name);
    if (!update) return;
    await photograph(page, 'verification-verified.md', SCREEN, 'report-verified.png');
    await photograph(page, 'verification-failed.md', PHONE, 'report-not-green-phone.png');
  });
}

async function proveReport(report: Report, page: Page, name: string): Promise<void> {
  const markdown = readFileSync(`${GOLDEN}/${name}`, 'utf8');
  for (const font of FONTS) {
    const phone = await show(page, markdown, PHONE, font);
    const what = `${name}, ${font} px`;
    report.assert(
      `${what}: a phone shows verdict, first problem and signer at once`,
      phone.signer > 0 === markdown.includes('**Signer:**') &&
        phone.first <= PHONE.height &&
        phone.width <= PHONE.width,
      JSON.stringify(phone),
    );
    const isGood = markdown.startsWith('## ✅');
    const screen = isGood ? await show(page, markdown, SCREEN, font) : undefined;
    if (screen === undefined) continue;
    report.assert(`${what}: fits a screen`, screen.all <= SCREEN.height, JSON.stringify(screen));
  }
}

type Size = typeof PHONE;

async function show(page: Page, markdown: string, size: Size, font: number): Promise<Bottoms> {
  const body = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  });
  const frame = `body { margin: 0 } article.markdown-body { box-sizing: border-box; max-width: 928px; margin: 0 auto;
    padding: 16px ${size.width < SCREEN.width ? 16 : 32}px; font-size: ${font}px }`;
  await page.setViewportSize(size);
  await page.setContent(`<!doctype html><meta name="viewport" content="width=device-width">
    <style>${STYLE}${frame}</style><article class="markdown-body">${body}</article>`);
  return await page.evaluate<Bottoms>(BOTTOMS);
}

/** What fits into the window. */
async function photograph(page: Page, name: string, size: Size, image: string): Promise<void> {
  const { all } = await show(page, readFileSync(`${GOLDEN}/${name}`, 'utf8'), size, 14);
  const clip = { x: 0, y: 0, width: size.width, height: Math.min(size.height, Math.ceil(all)) };
  const scale = size === PHONE ? 'device' : 'css';
  await page.screenshot({ path: `${IMAGES}/${image}`, clip, scale });
  console.log(`wrote docs/images/${image}`);
}
