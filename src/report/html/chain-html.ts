// The chain of proof in words: what each link is, whether it held, and what it stops.

import { sentence, words } from '../../sentence.ts';
import type { Inline } from '../blocks/block.ts';
import { checksFold } from '../blocks/details.ts';
import type { VerificationJson } from '../report-json.ts';
import { blockHtml, saidHtml, tableHtml, toneIn, type Look } from './block-html.ts';
import { chainPicture } from './chain-picture.ts';
import { chainOf, type Link } from './chain.ts';
import type { PageContents, PageFile } from './contents.ts';
import { html, type Html, type Part } from './html.ts';

export function chainHtml(report: VerificationJson, look: Look, contents?: PageContents): Html {
  const links = chainOf(report, contents);
  return html`<p class="note">
      Each link holds the next. One that is broken leaves all that follows unproven. Follow a link
      for what it is.
    </p>
    ${chainPicture(links, look)}
    <ol class="chain">
      ${links.map((link) => linkHtml(link, look))}
    </ol>`;
}

function linkHtml(link: Link, look: Look): Html {
  const { id, name, what, stops, said, isHeld, lines, checks, files } = link;
  const tone = toneIn(said.tone, look);
  const unheld = isHeld
    ? undefined
    : html`<p class="note">Unproven: a link before it does not hold.</p>`;
  return html`<li id="link-${id}" class="${tone}">
    <h3>${name} ${saidHtml(said, look)}</h3>
    <p>${what}</p>
    <p class="stops"><strong>${leadOf(link)}</strong> ${stops}</p>
    ${unheld}${lines.length === 0 ? undefined : blockHtml({ block: 'lines', items: lines }, look, '')}
    ${filesHtml(name, files, look)} ${checks.length === 0 ? undefined : checksHtml(link, look)}
  </li>`;
}

const LEADS: Readonly<Record<Link['outcome'], string>> = {
  passed: 'If it did not hold:',
  failed: 'It does not hold:',
  skipped: 'It was not checked:',
  'not-reached': 'It was not reached. If it does not hold:',
};

/** What was checked and still is doubtful is of a sandbox. */
function leadOf({ outcome, said }: Link): string {
  return outcome === 'passed' && said.tone === 'doubtful' ? 'It proves nothing:' : LEADS[outcome];
}

function filesHtml(name: string, files: readonly PageFile[], look: Look): Part {
  if (files.length === 0) return undefined;
  const rows = files.map(({ path, size, digest }): readonly Inline[] => [
    sentence`${path}`,
    words(`${size}`),
    sentence`${digest}`,
  ]);
  const columns = ['File', 'Bytes', 'Digest'];
  const table = tableHtml({ block: 'table', columns, rows, noun: 'file' }, look, `${name}: files`);
  return html`<details>
    <summary>${files.length === 1 ? '1 file' : `${files.length} files`}</summary>
    ${table}
  </details>`;
}

function checksHtml({ name, checks }: Link, look: Look): Html {
  const { summary, details } = checksFold(checks);
  const table = details.map((detail) => blockHtml(detail, look, `${name}: ${summary}`));
  return html`<details>
    <summary>${summary}</summary>
    ${table}
  </details>`;
}
