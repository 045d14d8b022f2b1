// One page that asks for nothing from anywhere: its style and its script are in it, and may do what their digests name.
import { digestOf, hexOf } from '../../digest.ts';
import { asIs, html, type Html, type Part } from './html.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

export interface Section {
  readonly id: string;
  /** In the list of what is on the page. */
  readonly name: string;
  readonly title: string;
  readonly body: Part;
}

export interface Page {
  readonly title: string;
  /** Before all else that is read. */
  readonly first?: Part;
  /** What is said before the sections. */
  readonly head: Html;
  readonly sections: readonly Section[];
  readonly foot: Part;
}

export function pageText({ title, first, head, sections, foot }: Page): string {
  const top = html`<header class="top">
    ${first}<a class="skip" href="#main">Skip to the report</a>
    <p class="brand">affidavit <span>evidence report</span></p>
  </header>`;
  const page = asIs`${headOf(title)}
${top}
<main id="main" tabindex="-1">
${head}${navHtml(sections)}${sections.map(sectionHtml)}</main>
<footer>${foot}</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
  return `<!doctype html>\n${page.toString()}`;
}

function headOf(title: string): Html {
  return asIs`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>`;
}

function navHtml(sections: readonly Section[]): Part {
  if (sections.length < 2) return undefined;
  return html`<nav aria-label="On this page">
    <ul>
      ${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}
    </ul>
  </nav> `;
}

function sectionHtml({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section> `;
}

const POLICY = [
  "default-src 'none'",
  `style-src ${sourceOf(STYLE)}`,
  `script-src ${sourceOf(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function sourceOf(text: Html): string {
  const digest = Buffer.from(hexOf(digestOf(text.toString())), 'hex');
  return `'sha256-${digest.toString('base64')}'`;
}
