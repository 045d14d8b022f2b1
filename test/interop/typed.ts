// What somebody types in a shell that completes words, and what stands in the line then. A test asks bash, and
// ./dev interop asks zsh and fish.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { REPORT_FORMATS } from '../../src/cli/call/report-formats.ts';

const HOSTILE = 'a"b;$(touch pwned).yaml';

const FILES = ['my evidence.tar.gz', 'plain.yaml', HOSTILE];

/** The files whose names are completed. */
export function makeFiles(folder: string): void {
  mkdirSync(join(folder, 'my dir'));
  for (const name of FILES) writeFileSync(join(folder, name), '');
}

/** What Tab completes, and all that there is: a key of readline, which other shells are given. */
const TAB = '\t';
const ALL = '\u001B*';

/** What is typed, and the words of the line then. */
export const TYPED: readonly (readonly [keys: string, words: readonly string[]])[] = [
  [`ver${ALL}`, ['verify-evidence', 'version']],
  [`verify-evidence --form${TAB}`, ['verify-evidence', '--format']],
  [`evidence list --for${TAB}`, ['evidence', 'list', '--format']],
  [
    `verify-evidence --format ${ALL}`,
    ['verify-evidence', '--format', ...[...REPORT_FORMATS.keys(), 'aicr-json'].toSorted()],
  ],
  [`validate -f te${TAB}`, ['validate', '-f', 'terminal']],
  [`validate --format=m${TAB}`, ['validate', '--format=markdown']],
  [`validate --format json=pl${TAB}`, ['validate', '--format', 'json=plain.yaml']],
  [`validate --format=json=pl${TAB}`, ['validate', '--format=json=plain.yaml']],
  [`verify-evidence --judge ${ALL}`, ['verify-evidence', '--judge', 'both', 'own']],
  [`evidence st${TAB}`, ['evidence', 'status']],
  [`evidence diff --ignore ver${ALL}`, ['evidence', 'diff', '--ignore', 'verdict', 'versions']],
  [`help trust up${TAB}`, ['help', 'trust', 'update']],
  [`report me${TAB} --o${TAB} pl${TAB}`, ['report', 'merge', '--output', 'plain.yaml']],
  [`trust export r${TAB}`, ['trust', 'export', 'root']],
  [`explain MANIFEST_D${TAB}`, ['explain', 'MANIFEST_DIFFERS']],
  [`explain files-m${TAB}`, ['explain', 'files-match-manifest']],
  [`completion ${ALL}`, ['completion', 'bash', 'fish', 'zsh']],
  [`verify-evidence my\\ e${TAB}`, ['verify-evidence', 'my evidence.tar.gz']],
  [`verify-evidence "my e${TAB}`, ['verify-evidence', 'my evidence.tar.gz']],
  [`verify-evidence a${TAB}`, ['verify-evidence', HOSTILE]],
  [
    `validate -s pl${TAB} --results pl${TAB} a${TAB}`,
    ['validate', '-s', 'plain.yaml', '--results', 'plain.yaml', HOSTILE],
  ],
  [`sandbox --dir ${TAB}`, ['sandbox', '--dir', 'my dir/']],
  [`sandbox -- pl${TAB}`, ['sandbox', '--', 'plain.yaml']],
  [`evidence sign --location pl${TAB}`, ['evidence', 'sign', '--location', 'pl']],
  [`verify-evidence oci://ghcr.io/pl${TAB}`, ['verify-evidence', 'oci://ghcr.io/pl']],
  [`--v${TAB}`, ['--version']],
];
