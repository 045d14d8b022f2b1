// The demo's inputs in a folder of their own, and the program that makes evidence of them. Each JSON
// report is compared with its schema, whatever the test looks for.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect, onTestFinished } from 'vitest';

import { gunzip } from '../../src/archive/gzip.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.ts';
import { requireForms } from '../report/report-schemas.ts';
import { ROOT, type Run, type RunOptions } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';

export const DEMO = join(ROOT, 'testdata/demo');
export const OUT = 'evidence.tar.gz';
/** What is kept when it cannot be signed. */
export const UNSIGNED_OUT = `${OUT}.unsigned.tar.gz`;

/** 2026-06-10T01:20:00Z: the demo's results were made then. */
export const EPOCH = { SOURCE_DATE_EPOCH: '1781054400' };

/** Words of `affidavit validate`. */
export const DOCUMENTS = ['--recipe', 'recipe.yaml', '--snapshot', 'snapshot.yaml'];
export const INPUTS = [...DOCUMENTS, '--results', 'results'];
export const UNSIGNED = ['--no-sign', '--emit-evidence', OUT];
export const IN_SANDBOX = ['--sandbox', '--emit-evidence', OUT];

export interface FaultJson {
  readonly code: string;
  readonly at: string | null;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

export interface ReportJson {
  readonly outcome: string;
  readonly exitCode: number;
  readonly recipe: { readonly name: string; readonly digest: string; readonly apiVersion: string };
  readonly fingerprint: Readonly<Record<string, { readonly value: string | number }>>;
  readonly match: {
    readonly matched: boolean;
    readonly perDimension: readonly {
      readonly dimension: string;
      readonly recipeRequires?: string;
      readonly fingerprintProvides?: string;
      readonly match: string;
    }[];
  };
  readonly constraints: readonly { readonly name: string; readonly outcome: string }[];
  readonly phases: readonly { readonly phase: string; readonly state: string }[];
  readonly faults: readonly FaultJson[];
  readonly findings: readonly FaultJson[];
  readonly evidence?: { readonly path: string; readonly manifestDigest: string };
}

export interface ErrorJson {
  readonly exitCode: number;
  readonly error: FaultJson;
}

export interface Validated extends Run {
  readonly report: ReportJson;
}

export interface Refused extends Run {
  readonly error: FaultJson;
}

/** A folder with the demo's recipe, snapshot, results and logs; removed after the test. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'affidavit-e2e-'));

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    cpSync(DEMO, this.folder, { recursive: true });
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  /** Replaces the one place at which a file has this text. */
  edit(name: string, from: string, to: string): void {
    const text = readFileSync(this.path(name), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${name} has not one ${from}`);
    this.write(
      name,
      text.replace(from, () => to),
    );
  }

  /** Everything here, folders included, sorted. */
  list(folder = '.'): readonly string[] {
    return readdirSync(this.path(folder), { recursive: true }).map(String).toSorted();
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Run> {
    return await runProgram(words, { cwd: this.folder, ...options });
  }

  /** Runs `affidavit validate` and reads its JSON report. */
  async validate(words: readonly string[] = INPUTS, options: RunOptions = {}): Promise<Validated> {
    const run = await this.run(['validate', ...words, '--format', 'json'], options);
    const report = (await parseReport(run)) as ReportJson & Partial<ErrorJson>;
    if (report.error !== undefined) throw new Error(run.stderr);
    return { ...run, report };
  }

  /**
   * Runs `affidavit validate`, which must refuse: a code of the closed list with its exit code, the
   * same words on both streams, no stack trace, nothing written, nothing changed.
   */
  async refused(words: readonly string[], options: RunOptions = {}): Promise<Refused> {
    const before = this.list();
    const run = await this.run(['validate', ...words, '--format', 'json'], options);
    const { error } = (await parseReport(run)) as ErrorJson;
    expect(this.list()).toEqual(before);
    expect(Object.keys(ERROR_CATALOGUE)).toContain(error.code);
    expect(run.stderr).toContain(`error: ${error.code} `);
    expect(run.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect([error.found, error.expected, error.hint]).not.toContain('');
    return { ...run, error };
  }

  /** The same where signing failed: the packed bundle is kept, and nothing else. */
  async notSigned(words: readonly string[], options: RunOptions = {}): Promise<Refused> {
    const before = this.list();
    const run = await this.run(['validate', ...words, '--format', 'json'], options);
    const { error } = (await parseReport(run)) as ErrorJson;
    expect([run.code, ERROR_CATALOGUE[error.code as keyof typeof ERROR_CATALOGUE][0]]).toEqual([
      3,
      'unjudged',
    ]);
    const left = this.list().filter((name) => !before.includes(name));
    expect(left.filter((name) => name !== `${OUT}.signing.json`)).toEqual([UNSIGNED_OUT]);
    expect(run.stderr).toContain(`unsigned: ${UNSIGNED_OUT}\n`);
    return { ...run, error };
  }

  /** The files of the archive, read by our own reader, in their order. */
  async files(name = OUT): Promise<ReadonlyMap<string, Buffer>> {
    return await filesOf(readFileSync(this.path(name)));
  }

  /** Runs the verify command that was printed, with the words that a shell reads in it. */
  async repeat({ stderr }: Run, options: RunOptions = {}): Promise<Run> {
    return await this.run(this.#wordsOf('verify', stderr), options);
  }

  /** Runs the command that signs what was kept. */
  async signAgain({ stderr }: Run, options: RunOptions = {}): Promise<Run> {
    return await this.run(this.#wordsOf('sign', stderr), options);
  }

  /** The words of a command that was printed, as a shell reads them. */
  #wordsOf(label: string, stderr: string): readonly string[] {
    const line = new RegExp(`^ *${label}: affidavit (.*)$`, 'm').exec(stderr)?.[1];
    if (line === undefined) throw new Error(stderr);
    const shell = `printf '%s\\0' ${line} --format json`;
    const read = execFileSync('sh', ['-c', shell], { cwd: this.folder }).toString();
    return read.split('\0').slice(0, -1);
  }
}

async function filesOf(archive: Uint8Array): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { path, type, content } of readTar(gunzip(inOnePiece(archive)))) {
    if (type === 'directory') continue;
    if (type !== 'file') throw new Error(`${path} is a ${type}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    files.set(path, Buffer.concat(chunks));
  }
  return files;
}

/** What a test looks at when it asks what is wrong. */
export function placesOf(faults: readonly FaultJson[]): readonly string[] {
  return faults.map(({ code, at }) => `${code} ${at}`);
}

export function json(bytes: Uint8Array | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(bytes ?? []).toString()) as Record<string, unknown>;
}

const isReport = schema('validation-report');
export const isPredicate = schema('predicate');
export const isManifest = schema('manifest');

function schema(name: string): ValidateFunction {
  const text = readFileSync(join(ROOT, `schemas/${name}.schema.json`), 'utf8');
  return new Ajv2020({
    strictRequired: false,
    strictTypes: false,
    strictTuples: false,
    allErrors: true,
  }).compile(JSON.parse(text));
}

/** What `--format json` printed: it keeps to the schema, and says the same as the exit code. */
async function parseReport({ code, stdout, stderr }: Run): Promise<unknown> {
  if (stdout === '') throw new Error(`nothing on standard output, exit ${code}: ${stderr}`);
  const report = JSON.parse(stdout) as { readonly exitCode: number };
  if (!isReport(report)) throw new Error(JSON.stringify(isReport.errors, null, 2));
  await requireForms(report);
  expect(report.exitCode).toBe(code);
  return report;
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** What it wrote to standard error so far. */
  readonly stderr: () => string;
}

/** The program, started and not waited for. */
export function start(
  place: Workplace,
  words: readonly string[],
  env: RunOptions['env'] = EPOCH,
): Started {
  const child = spawn(process.execPath, [join(ROOT, 'bin/affidavit.js'), ...words], {
    cwd: place.folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<Awaited<Started['ended']>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  return { child, ended, stderr: () => Buffer.concat(chunks).toString() };
}
