// The pages that a browser is shown: one of each kind, and some of those who want more than to be read.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rowOf } from '../../src/batch/row.ts';
import { Summary } from '../../src/batch/summary.ts';
import { SCHEMA_VERSION } from '../../src/media-types.ts';
import { growHtml } from '../../src/report/html/many-html.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import type { ReportJson, Shown, VerificationJson } from '../../src/report/report-json.ts';
import { parseStoredReport } from '../../src/report/stored-report.ts';
import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { AFFIDAVIT } from '../../src/tool.ts';
import { withForeign } from '../../test/report/hostile-report.ts';
import deployment from '../../testdata/demo/results/deployment.json' with { type: 'json' };
import { PROGRAM } from './commands.ts';
import { run } from './processes.ts';
import { RUNS } from './programs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEMO = join(ROOT, 'testdata/demo');
/** Of what is in testdata/golden: each verdict. */
const VERIFICATIONS = [
  ...['verification-verified', 'verification-failed', 'verification-invalid'],
  ...['verification-not-pinned', 'verification-unsigned', 'verification-sandbox'],
];
const KINDS = [...VERIFICATIONS, 'validation-red', 'validation-without-results'];
const STORED = ['verification-verified', 'verification-failed'];
const GOLDEN = join(ROOT, 'testdata/golden');
const PLACE = join(RUNS, 'pages');

/** As `many`, with a long table. */
export const LONG = 'long-many';
const MOST_ROWS = 600;

/** Each would run something, or ask for something, if it were more than text. */
const HOSTILE: readonly string[] = [
  '<script>globalThis.pwned = 1</script>',
  '</script><script>globalThis.pwned = 1</script>',
  '</style><img src=x onerror="globalThis.pwned = 1">',
  '</title><svg onload="globalThis.pwned = 1">',
  '</details></main></body><iframe src="https://evil.example">',
  '" onerror="globalThis.pwned = 1" autofocus onfocus="globalThis.pwned = 1" x="',
  "' onmouseover='globalThis.pwned = 1' style='background: url(https://evil.example)",
  'javascript:globalThis.pwned = 1',
  'data:text/html,<script>parent.pwned = 1</script>',
  '<base href="https://evil.example/"><link rel=stylesheet href="/x.css">',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '--><!--[CDATA[ ]]> &lt;script&gt; &#0; ${globalThis.pwned = 1}',
  '\u202E\u2066 gnp.exe \u2069 \u200F',
  '\u0000 \u001B[31m \uD800 \uDFFF',
  'W'.repeat(20_000),
];

export interface Made {
  readonly name: string;
  readonly path: string;
  /** In the words of the table. */
  readonly group: 'each kind' | 'hostile';
}

/** A page of each kind, of the reports that the tests hold, and a real one with its tests and logs. */
export async function makePages(): Promise<readonly Made[]> {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  const pages: Made[] = [];
  for (const name of KINDS) pages.push(page(name, await reportIn(name)));
  for (const name of STORED) {
    pages.push(page(`stored-${name}`, { stored: await reportIn(name) }));
  }
  const reports = await verifications();
  pages.push(page('invalid-with-facts', broken(await reportIn('verification-verified'))));
  pages.push(pageOfMany('many', reports, false), pageOfMany('stored-many', reports, true));
  const many = Array.from({ length: MOST_ROWS / reports.length }, () => reports).flat();
  pages.push(pageOfMany(LONG, many, false));
  return [...pages, await ofBundle('bundle', DEMO)];
}

/** Pages of reports in which each text is hostile, and of a bundle with 10,000 such tests and 1,000 such logs. */
export async function makeHostilePages(): Promise<readonly Made[]> {
  const reports = await verifications();
  const pages: Made[] = [];
  for (const [index, text] of HOSTILE.entries()) {
    const report = await reportIn('verification-failed');
    pages.push(page(`hostile-${index}`, withForeign(report, text)));
  }
  const all = HOSTILE.join(' ');
  const hostile = HOSTILE.flatMap((text) => reports.map((report) => withForeign(report, text)));
  return [
    ...pages,
    page('hostile-invalid', withForeign(broken(await reportIn('verification-verified')), all)),
    page('hostile-validation', withForeign(await reportIn('validation-red'), all)),
    pageOfMany('hostile-many', hostile, false),
    await ofBundle('hostile-bundle', hostileRun()),
  ];
}

/** A file was changed, and nothing of what was recorded is proven; all of it is there. */
function broken(report: ReportJson): ReportJson {
  if (!('verdict' in report)) throw new TypeError('no verification');
  const fault = {
    ...({ code: 'FILE_DIFFERS', at: 'bom.cdx.json' } as const),
    ...{ found: 'another digest', expected: 'that of the manifest', hint: 'ask for it again' },
  };
  const checks = report.checks.map((check) =>
    check.name === 'files-match-manifest'
      ? { ...check, outcome: 'failed' as const, faults: [fault] }
      : check,
  );
  return { ...report, verdict: 'invalid', exitCode: 2, checks };
}

async function reportIn(name: string): Promise<ReportJson> {
  const file = `${name}.json`;
  const { stored } = await parseStoredReport(readFileSync(join(GOLDEN, file)), file);
  if ('error' in stored) throw new Error(`${file} is of an error`);
  return stored;
}

async function verifications(): Promise<readonly VerificationJson[]> {
  const reports = await Promise.all(VERIFICATIONS.map(reportIn));
  return reports.filter((report) => 'verdict' in report);
}

function page(name: string, report: Shown): Made {
  return written(name, renderHtml(report));
}

/** A page of these bundles and their summary. */
function pageOfMany(name: string, reports: readonly VerificationJson[], isStored: boolean): Made {
  const summary = new Summary();
  const form = growHtml({ isStored });
  let text = form.head;
  for (const [index, report] of reports.entries()) {
    const one = { ...report, source: `evidence/${index}-${name}.tar.gz` };
    summary.add(rowOf(one, one.source));
    text += form.each({ report: () => one });
  }
  const inputs = { count: reports.length, digest: `sha256:${'0'.repeat(64)}` };
  const head = { schemaVersion: SCHEMA_VERSION, tool: AFFIDAVIT } as const;
  const batch = { ...head, summary: summary.json({ inputs }), exitCode: summary.exitCode };
  return written(name, `${text}${form.end(batch)}`);
}

function written(name: string, text: string): Made {
  const path = join(PLACE, `${name}.html`);
  writeFileSync(path, text);
  return made(name, path);
}

function made(name: string, path: string): Made {
  return { name, path, group: name.startsWith('hostile') ? 'hostile' : 'each kind' };
}

/** Packs and signs what is in this directory in a sandbox, and verifies it. */
async function ofBundle(name: string, directory: string): Promise<Made> {
  const archive = join(PLACE, `${name}.tar.gz`);
  const inputs = ['recipe', 'snapshot'].flatMap((file) => [
    `--${file}`,
    join(directory, `${file}.yaml`),
  ]);
  const beside = ['results', 'logs'].flatMap((file) => [`--${file}`, join(directory, file)]);
  const emit = ['validate', ...inputs, ...beside, '--redact', 'none', '--emit-evidence', archive];
  await affidavit([...emit, '--sandbox']);
  const path = join(PLACE, `${name}.html`);
  await affidavit([
    ...['verify-evidence', archive, '--trusted-root', `${archive}.sandbox/trusted_root.json`],
    ...['--certificate-identity', SANDBOX_IDENTITY, '--certificate-oidc-issuer', SANDBOX_ISSUER],
    ...['--format', `html=${path}`],
  ]);
  return made(name, path);
}

async function affidavit(words: readonly string[]): Promise<void> {
  const { status, output } = await run(process.execPath, [PROGRAM, ...words]);
  if (status === 0 || status === 1) return;
  throw new Error(`affidavit ${words.join(' ')}\nended with ${status}:\n${output}`);
}

const MANY = { tests: 10_000, logs: 1000, message: 1024 * 1024 };

/** The demo, with more tests and logs than anybody has, all with hostile names or content. */
function hostileRun(): string {
  const directory = join(PLACE, 'hostile-run');
  cpSync(DEMO, directory, { recursive: true });
  const { results } = deployment;
  const added = Array.from({ length: MANY.tests }, (_, index) => ({
    name: `${index} ${textOf(index).slice(0, 200)}`,
    status: index % 10 === 0 ? 'failed' : 'passed',
    duration: index,
    suite: ['deployment'],
    message: textOf(index + 1)
      .slice(0, 500)
      .padEnd(index === 0 ? MANY.message : 0, ' <b>long</b>'),
    stdout: [textOf(index + 2).slice(0, 100)],
  }));
  const tests = [...results.tests, ...added];
  const count = (wanted: string): number => tests.filter(({ status }) => status === wanted).length;
  const summary = {
    ...results.summary,
    tests: tests.length,
    passed: count('passed'),
    failed: count('failed'),
  };
  const report = { ...deployment, results: { ...results, summary, tests } };
  writeFileSync(join(directory, 'results/deployment.json'), JSON.stringify(report));
  for (let index = 0; index < MANY.logs; index += 1) {
    writeFileSync(join(directory, `logs/deployment/log-${index}.log`), `${HOSTILE.join('\n')}\n`);
  }
  return directory;
}

/** As JSON can hold it: a lone half of a character is no text. */
function textOf(index: number): string {
  return (HOSTILE[index % HOSTILE.length] ?? '').toWellFormed();
}
