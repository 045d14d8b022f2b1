// What the program shows on a narrow, a usual and a wide terminal, a real one: no word is broken, and no line cut.
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { commandLine } from '../../src/shell-words.ts';
import { INPUTS, PROGRAM } from './commands.ts';
import { until, withPane, type Pane } from './panes.ts';
import { mustRun, run } from './processes.ts';
import { RUNS } from './programs.ts';
import type { Report, Table } from './report.ts';

const WIDTHS = [60, 80, 200];
/** Nothing has to be broken here. */
const WIDE = 2000;
const PLACE = join(RUNS, 'widths');
const END = '[end]';

interface Call {
  readonly what: string;
  readonly words: readonly string[];
  /** It reads a list, and says how far it is until the list ends. */
  readonly isBatch?: boolean;
}

const TRUST = ['--trusted-root', 'evidence.tar.gz.sandbox/trusted_root.json'];
const PINNED = [
  ...TRUST,
  ...['--certificate-identity', SANDBOX_IDENTITY, '--certificate-oidc-issuer', SANDBOX_ISSUER],
];

const CALLS: readonly Call[] = [
  { what: '`verify-evidence`', words: ['verify-evidence', 'evidence.tar.gz', ...PINNED] },
  {
    what: '`verify-evidence`, nobody named',
    words: ['verify-evidence', 'evidence.tar.gz', ...TRUST],
  },
  {
    what: '`verify-evidence` of no bundle',
    words: ['verify-evidence', 'evidence.tar.gz.sandbox', ...PINNED],
  },
  { what: '`evidence show`', words: ['evidence', 'show', 'evidence.tar.gz'] },
  {
    what: '`evidence status` of what nobody serves',
    words: ['evidence', 'status', `oci://127.0.0.1:1/evidence@sha256:${'ab'.repeat(32)}`],
  },
  { what: '`report` of one', words: ['report', 'one.json', '--format', 'terminal'] },
  { what: '`report` of many', words: ['report', 'many.json', '--format', 'terminal'] },
  ...['SIGNER_NOT_PINNED', 'signer-is-allowed', '4'].map((word) => ({
    what: `\`explain ${word}\``,
    words: ['explain', word],
  })),
  { what: '`--help`', words: ['--help'] },
  { what: '`verify-evidence --help`', words: ['verify-evidence', '--help'] },
  {
    what: '`verify-evidence --from -`, its progress and its report',
    words: ['verify-evidence', '--from', '-', '--jobs', '1', ...PINNED],
    isBatch: true,
  },
];

/** Gives the rows of what was shown, with the widths at which it is whole. */
export async function proveWidths(report: Report): Promise<Table> {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  const emit = [...INPUTS, '--sandbox', '--emit-evidence', join(PLACE, 'evidence.tar.gz')];
  await mustRun(process.execPath, [PROGRAM, ...emit]);
  await store('one.json', ['evidence.tar.gz']);
  await store('many.json', ['evidence.tar.gz', 'evidence.tar.gz', 'evidence.tar.gz.sandbox']);
  await mustRun('mkfifo', [join(PLACE, 'list')]);
  const rows: string[][] = [];
  for (const call of CALLS) {
    const wide = new Set([...wordsIn(await shown(report, call, WIDE)), ...FOLDED]);
    const cells: string[] = [];
    for (const columns of WIDTHS) {
      const lines = await shown(report, call, columns);
      const long = lines.filter((line) => line.length > columns && !WHOLE.test(line));
      const broken = wordsIn(lines).filter((word) => !wide.has(word));
      const holds = long.length + broken.length === 0;
      report.assert(`${call.what} at ${columns} columns`, holds, [...long, ...broken].join('\n'));
      cells.push(holds ? 'yes' : 'no');
    }
    rows.push([call.what, ...cells]);
  }
  return { head: ['what is shown', ...WIDTHS.map(String)], rows };
}

function inPlace(file: string): string {
  return join(PLACE, file);
}

/** A report of these. That one of them is no bundle is said in it. */
async function store(name: string, inputs: readonly string[]): Promise<void> {
  const [flag = '', root = '', ...signer] = PINNED;
  const words = ['verify-evidence', ...inputs.map(inPlace), flag, inPlace(root), ...signer];
  await run(process.execPath, [PROGRAM, ...words, '--format', `json=${inPlace(name)}`]);
}

/** One word, perhaps beside its label or its flag, or a command to copy. */
const WHOLE =
  /^(?: *| {0,2}\S+ +| +--\S+ )\S+(?: \\)?$|^ *(?:repeat|recorded|verify:?) +affidavit /;

/** A report of 40 rows only counts its findings, where they have no room. */
const FOLDED = wordsIn(['2 findings; they change no verdict: VERSION_DOUBTFUL, CHECK_SKIPPED']);

function wordsIn(lines: readonly string[]): readonly string[] {
  return lines.join(' ').split(/[\s\\,]+/);
}

/** All lines until it ended. */
async function shown(
  report: Report,
  { what, words, isBatch = false }: Call,
  columns: number,
): Promise<readonly string[]> {
  const line = commandLine([process.execPath, PROGRAM, ...words]);
  const input = isBatch ? ' <list' : '';
  const command = ['sh', '-c', `${line}${input}; echo; echo '${END}'; exec sleep 600`];
  const list = isBatch ? openSync(join(PLACE, 'list'), 'r+') : undefined;
  return await withPane({ columns, command, directory: PLACE }, async (pane) => {
    if (list !== undefined) {
      writeSync(list, 'evidence.tar.gz\n'.repeat(3));
      const said = await progressIn(pane);
      report.assert(`${what}: its progress at ${columns} columns`, said === 1, `${said} rows`);
      closeSync(list);
    }
    await until(pane, async () => (await pane.rows()).includes(END));
    const lines = await pane.lines();
    return lines.filter((each) => each !== END);
  });
}

/** How many rows say how far it is: one, which is written again and again. */
async function progressIn(pane: Pane): Promise<number> {
  const said = async (): Promise<number> =>
    (await pane.rows()).filter((row) => /^affidavit: \d+ judged, .* a second/.test(row)).length;
  await until(pane, async () => (await pane.rows()).some((row) => /[1-9] judged/.test(row)));
  return await said();
}
