// What the browser shows at the end of a login. Foreign text in it may come from anybody.

import { createHash } from 'node:crypto';

import { escapeInvisible, shorten } from '../quote.ts';

export interface LoginPage {
  readonly isGood: boolean;
  readonly title: string;
  /** What it means, and what to do next. */
  readonly text: string;
  /** Foreign text, e.g. who logged in, or what the issuer says is wrong. */
  readonly detail?: string | undefined;
}

const STYLE = `
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #1f2328; --faint: #59636e;
  --line: #d1d9e0; --good: #1a7f37; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --card: #161b22; --text: #e6edf3;
  --faint: #9198a1; --line: #30363d; --good: #3fb950; --bad: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 30rem; padding: 2.5rem 2rem; text-align: center;
  background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
svg { width: 3rem; height: 3rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
h1 { margin: 1rem 0 0.5rem; font-size: 1.375rem; line-height: 1.3; }
p { margin: 0.5rem 0 0; text-wrap: balance; }
.detail { margin-top: 1.25rem; padding: 0.75rem 1rem; overflow-wrap: anywhere; font-size: 0.9375rem;
  background: var(--page); border: 1px solid var(--line); border-radius: 8px; }
footer { margin-top: 1.75rem; color: var(--faint); font-size: 0.875rem; }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing is loaded, nothing runs, and no other page gets our address, which has the code in it. */
export const LOGIN_PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

const GOOD_SIGN = 'M7.5 12.5l3 3 6-6.5';
const BAD_SIGN = 'M8.5 8.5l7 7m0-7l-7 7';
const MAX_DETAIL_CHARACTERS = 300;

export function renderLoginPage({ isGood, title, text, detail }: LoginPage): string {
  const [tone, sign, label] = isGood ? ['good', GOOD_SIGN, 'done'] : ['bad', BAD_SIGN, 'failed'];
  const shown = detail === undefined ? [] : [`<p class="detail">${escapeHtml(detail)}</p>`];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)} · affidavit</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<svg class="${tone}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" role="img" aria-label="${label}"><circle cx="12" cy="12" r="10"/><path d="${sign}"/></svg>`,
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(text)}</p>`,
    ...shown,
    '<footer>affidavit</footer>',
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  const safe = escapeInvisible(shorten(text, MAX_DETAIL_CHARACTERS));
  return safe.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
