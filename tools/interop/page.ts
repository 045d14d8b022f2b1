// docs/interop.md: what the run found.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { CaseRows } from './ask-about-cases.ts';
import type { LoginRow } from './logins.ts';
import { PROGRAM_ROWS } from './programs.ts';
import type { Report, Table } from './report.ts';
import type { SignedRow } from './signing.ts';
import { VERIFIERS } from './verifiers.ts';

const PAGE = fileURLToPath(new URL('../../docs/interop.md', import.meta.url));

export interface Found extends CaseRows, Parts {
  readonly signed: readonly SignedRow[];
  readonly logins: readonly LoginRow[];
  readonly registries: Table;
}

export function writePage(found: Found): void {
  write(renderPage(found));
}

function write(text: string): void {
  writeFileSync(PAGE, text);
  console.log('wrote docs/interop.md');
}

/** What a browser or a terminal alone finds. */
export interface Parts {
  readonly pages: Table;
  readonly terminals: Terminals;
}

export interface Terminals {
  readonly completions: Table;
  readonly widths: Table;
}

/** Writes one section anew. */
export function writeSection(part: Partial<Parts>): void {
  const text = readFileSync(PAGE, 'utf8');
  const rendered = renderSection(part);
  write(text.replace(sectionIn(text, rendered), () => rendered));
}

export function compareSection(report: Report, part: Partial<Parts>): void {
  const rendered = renderSection(part);
  const holds = sectionIn(readFileSync(PAGE, 'utf8'), rendered) === rendered;
  const hint = `${rendered}\n--update writes it`;
  report.assert('docs/interop.md says what was found', holds, hint);
}

function renderSection({ pages, terminals }: Partial<Parts>): string {
  const rendered = [
    ...(pages === undefined ? [] : [renderPages(pages)]),
    ...(terminals === undefined ? [] : [renderTerminals(terminals)]),
  ];
  return rendered.join('');
}

/** The one with the same title. */
function sectionIn(text: string, rendered: string): string {
  const [title = ''] = rendered.split('\n');
  const start = text.indexOf(`\n${title}\n`) + 1;
  const end = text.indexOf('\n## ', start) + 1;
  if (start === 0 || end === 0) throw new Error(`docs/interop.md has no section ${title}`);
  return text.slice(start, end);
}

/** Without `--rekor-v1`, the rows of a real Rekor v1 stay as they are. */
export function comparePage(report: Report, found: Found, withRekorV1: boolean): void {
  const relevant = (text: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) => withRekorV1 || !/^\| \w.* \| real services\b.*Rekor v1/.test(line));
  const expected = new Set(relevant(readFileSync(PAGE, 'utf8')));
  const rendered = relevant(renderPage(found));
  const more = rendered.filter((line) => !expected.has(line)).map((line) => `found    ${line}`);
  const known = new Set(rendered);
  const less = [...expected].filter((line) => !known.has(line)).map((line) => `expected ${line}`);
  const hint = './dev interop --rekor-v1 --update writes it';
  report.assert(
    'docs/interop.md is what was found',
    more.length + less.length === 0,
    [...less, ...more, hint].join('\n'),
  );
}

function renderPage(found: Found): string {
  const { signed, logins, registries, good, tampered } = found;
  const others = VERIFIERS.filter((name) => name !== 'affidavit');
  return `${INTRODUCTION}
## Programs

${table(['program', 'version', 'what it does'], PROGRAM_ROWS)}
The certificate log of the real services is that of our sandbox, and so is their OpenID provider but for the logins.

## Who accepts what was signed

Each bundle is also judged for another signer: everybody refuses that. sigstore-python reads no Statement v0.1, which cosign
writes, and no entry whose zeros cosign leaves out. Evidence with a Statement v0.1 is refused by \`verify-evidence\`; here the bundle is judged alone.

${table(['signed by', 'where', 'proven by', ...VERIFIERS], signed)}
Asserted too, with the real services and for every kind of proof:

- Evidence signed with cosign's key file, and with a plugin of cosign (\`tools/interop/kms-plugin.ts\`), verifies with \`verify-evidence --public-key\` and with cosign.
  What cosign attests with the same keys verifies with cosign and with \`tools/conformance\`. Everybody refuses another key, and \`verify-evidence\` refuses such evidence for an identity.
- What cosign and sigstore-python attest verifies with \`tools/conformance verify-bundle\`; what \`tools/conformance sign-bundle\` signs verifies with \`cosign verify-blob\`.
- What cosign attests, in the place of the attestation of evidence, is refused.
- A Fulcio without a certificate log: nothing is signed, and what was signed is refused, but with \`--allow-missing-sct\`; the report then says WEAKENED. cosign needs \`--insecure-ignore-sct\`.
- Evidence that a workflow signs at a Fulcio with the tokens of GitHub Actions: a policy finds each claim about the caller, and refuses another one. The sandbox's certificate for the same token
  has the same name and the same extensions.
- The sandbox gives no certificate for a token whose \`nbf\` is to come.

## Logins

Somebody logs in with a real browser on the pages of \`oidc-provider\`, whose tokens the real Fulcio takes:

${table(['somebody', 'the browser shows'], logins)}
Asserted too: what is signed after a login verifies with \`verify-evidence\` and with cosign for the account that logged in, and not for another. The code is used once. After
the login nobody listens. HTML in the reason of the provider is shown as text. Our pages fit on a phone, ask for nothing and run nothing.

## Evidence in registries

Signed with the real services, and pushed to real registries on this machine: [distribution](https://github.com/distribution/distribution), for anybody, with passwords (htpasswd) and
with tokens, and go-containerregistry. Nothing is ignored: all clients verify under the trusted root and for the signer. oras-go is what \`aicr\` unpacks with. Those who
publish at once do so through a proxy that holds each manifest for 300 ms. An empty cell was not asked.

${table(registries.head, registries.rows)}
## Reports

Asserted too, in GitHub's style, for every report in \`testdata/golden\`: a phone (390 × 844) shows the verdict, the first problem and the signer without scrolling, and
a good report fits a screen (1280 × 900).

${renderPages(found.pages)}${renderTerminals(found.terminals)}## Bundles that verify

${table(['bundle', ...VERIFIERS], good)}
## Bundles that were tampered with

${table(['bundle', 'affidavit refuses with', ...others], tampered)}`;
}

function renderPages({ head, rows }: Table): string {
  return `## Pages

Reports in HTML, in a Chromium that is offline, with axe-core, which knows the rules of WCAG. Each kind is that of a verdict, a self-check, a stored
report, many bundles, and a real bundle with its tests and logs. In a hostile one each text is a script, half an element, an address or 20,000
letters, or it is of a bundle with 10,000 such tests, a message of 1 MB and 1,000 logs. Each check finds something wrong with \`tools/interop/everything-wrong.html\`.

${table(head, rows)}
`;
}

function renderTerminals({ completions, widths }: Terminals): string {
  return `## Terminals

What Tab (⇥) completes of what is typed after \`affidavit\` in real shells, without their own settings, in a folder with a directory \`my dir\` and the files \`my evidence.tar.gz\`,
\`plain.yaml\` and \`a"b;$(touch pwned).yaml\`; ⇥⇥ gives all that there is. The words are those of \`test/interop/typed.ts\`, which a test asks bash for. No program is found
on the PATH, and nothing is made in the folder.

${table(completions.head, completions.rows)}
What is shown in panes of tmux of these widths: no word is broken, and no line is longer than the pane but for digests, paths, and what is to be copied. Progress keeps to one row.

${table(widths.head, widths.rows)}
`;
}

const INTRODUCTION = `# Proof with the real programs

Made by \`./dev interop --rekor-v1 --update\`; \`./dev interop\` compares it with what it finds. [Decision 0010](decisions/0010-judged-by-others.md)
says why the verdicts differ where they do.

Each verifier works offline, with the same trusted root, identity and issuer: \`affidavit\` by its library, \`@sigstore/verify\` with a
threshold of one for logs, certificate logs and times, \`cosign verify-blob-attestation\`, \`sigstore verify identity --offline\`.
`;

/** As oxfmt writes it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(3, ...all.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |\n`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`;
  return line(head) + rule + rows.map(line).join('');
}
