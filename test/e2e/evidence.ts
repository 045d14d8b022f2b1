// One bundle that verifies, and every way to change exactly one thing about it: whole, signed again by
// a dishonest signer, packed differently. Each JSON report that is made here is compared with its schema, and so is what
// JUnit and SARIF show of it.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { TestRunner, afterAll, expect } from 'vitest';

import { writeTar } from '../../src/archive/encode-archive.ts';
import { memoryFile, type BundleFile, type Entry } from '../../src/archive/entry.ts';
import { gzip } from '../../src/archive/gzip.ts';
import type { Signer } from '../../src/attestation/seal.ts';
import { EXIT_CODES } from '../../src/cli/call/exit-codes.ts';
import { digestOf } from '../../src/digest.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import { packEvidence } from '../../src/evidence/pack/pack-evidence.ts';
import type { RedactionMode } from '../../src/evidence/pack/redact-evidence.ts';
import { parseResults } from '../../src/evidence/phase/ctrf.ts';
import { PHASES } from '../../src/evidence/phase/phase.ts';
import type { OwnRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import { validate } from '../../src/evidence/validate/validate.ts';
import {
  verifyEvidence,
  type VerifyEvidenceOptions,
} from '../../src/evidence/verify/verify-evidence.ts';
import { openEntries } from '../../src/io/disk/bundle-source.ts';
import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { keylessSigner } from '../../src/io/sigstore/keyless-signer.ts';
import { encodeManifest } from '../../src/manifest/manifest.ts';
import { verificationJson } from '../../src/report/json.ts';
import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { parseSigningConfig } from '../../src/sign/signing-config.ts';
import type { AnyProof, Proof, SigstoreTrust, Trust } from '../../src/trust/trust.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { bundlePath, contentsOf } from '../evidence/demo.ts';
import { requireForms } from '../report/report-schemas.ts';
import { ROOT, type RunOptions } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';

export const MANIFEST = 'manifest.json';
export const STATEMENT = 'statement.intoto.json';
export const ATTESTATION = 'attestation.intoto.jsonl';

/** As complaints name a place in the statement. */
export function inStatement(pointer: string): string {
  return `${STATEMENT}#${pointer}`;
}

/** When the demo's results were made, and when they were signed. */
export const ATTESTED_AT = new Date('2026-06-10T01:20:00Z');
export const SIGNED_AT = new Date('2026-06-10T01:30:00Z');

export const SIGNER = { identity: SANDBOX_IDENTITY, issuer: SANDBOX_ISSUER };

/** A bundle's files by path. */
export type Files = ReadonlyMap<string, Buffer>;

/** What evidence is made of; the demo's unless a test says otherwise. */
export interface Inputs {
  readonly recipe: Buffer;
  readonly snapshot: Buffer;
  /** By phase. */
  readonly results: Readonly<Record<string, Buffer>>;
  /** By path in the bundle. */
  readonly logs: Readonly<Record<string, Buffer>>;
  readonly attestedAt: Date;
  /** Those that the recipe was resolved in. */
  readonly recipes?: OwnRecipes;
  /** By default nothing is withheld: most tests are about what the files show. */
  readonly redact?: RedactionMode;
  readonly signed: boolean;
  /** Claims of the signer's token, e.g. `email`. */
  readonly claims: Claims;
}

export type Claims = Readonly<Record<string, unknown>>;

/** What a dishonest signer changes. Whatever else depends on it is made to fit. */
export interface Edits {
  /** By path: the new content, or undefined to leave the file out. */
  readonly files?: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** By JSON pointer into the statement: the new value, or undefined to leave the field out. */
  readonly statement?: Readonly<Record<string, unknown>>;
  /** The same for the manifest, whose digest the statement then names. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly signed?: boolean;
}

export interface FaultJson {
  readonly code: string;
  readonly at: string | null;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

export interface CheckJson {
  readonly name: string;
  readonly outcome: string;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
  readonly faults: readonly FaultJson[];
}

export interface ReportJson {
  readonly verdict: string;
  readonly exitCode: number;
  readonly checks: readonly CheckJson[];
  readonly signer?: { readonly identity: string; readonly issuer: string };
  readonly pinned: boolean;
  readonly sandbox: boolean;
  readonly weakened: readonly string[];
  readonly findings: readonly FaultJson[];
  readonly [other: string]: unknown;
}

/** A verdict, in process or from the program. */
export interface Judged {
  readonly code: number | null;
  readonly report: ReportJson;
  /** `CODE at` of every fault, in the order of the checks; empty if all is well. */
  readonly faults: readonly string[];
}

export interface JudgedByCli extends Judged {
  readonly stdout: string;
  readonly stderr: string;
}

const DEMO = join(ROOT, 'testdata/demo');

export const DEMO_INPUTS: Inputs = {
  recipe: readFileSync(join(DEMO, 'recipe.yaml')),
  snapshot: readFileSync(join(DEMO, 'snapshot.yaml')),
  results: Object.fromEntries(
    PHASES.map((phase) => [phase, readFileSync(join(DEMO, `results/${phase}.json`))]),
  ),
  logs: {
    'logs/performance/nccl-all-reduce-bw.log': readFileSync(
      join(DEMO, 'logs/performance/nccl-all-reduce-bw.log'),
    ),
    'logs/performance/nothing.log': Buffer.alloc(0),
  },
  attestedAt: ATTESTED_AT,
  signed: true,
  claims: {},
};

export interface EvidenceOptions {
  /** What the sandbox takes for the time, at each of its requests. */
  readonly now?: () => Date;
  readonly attestedAt?: Date;
  readonly signingConfig?:
    | 'signing_config.json'
    | 'signing_config.v1.json'
    | 'signing_config.v2-tsa.json';
}

const opened: { readonly sandbox: Sandbox; readonly folder: string }[] = [];

async function closeAll(): Promise<void> {
  for (const { sandbox, folder } of opened.splice(0)) {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts a sandbox and makes the bundle; both end with the test file, or the next one that begins with it. */
export async function makeEvidence(options: EvidenceOptions = {}): Promise<Evidence> {
  // In a test, hooks come too late. Files share this module, so it has no hook of its own.
  if (TestRunner.getCurrentTest() === undefined) afterAll(closeAll);
  const sandbox = await startSandbox({ now: options.now ?? (() => SIGNED_AT) });
  const folder = mkdtempSync(join(tmpdir(), 'affidavit-verify-'));
  opened.push({ sandbox, folder });
  const evidence = new Evidence(sandbox, folder, options);
  evidence.files = await evidence.emit();
  return evidence;
}

/** How the program ends without a report. */
export interface Failure {
  readonly code: number | null;
  readonly error: FaultJson;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the program says when it cannot be asked, or cannot answer; it must say the same twice. */
export async function failureOf(
  words: readonly string[],
  options: RunOptions = {},
): Promise<Failure> {
  const run = await runProgram(['verify-evidence', '--format', 'json', ...words], options);
  const failure = JSON.parse(run.stdout) as { exitCode: number; error: FaultJson };
  requireSchema(failure);
  await requireForms(failure);
  expect(run.code).toBe(failure.exitCode);
  expect(run.stderr).toContain(`error: ${failure.error.code} `);
  return { code: run.code, error: failure.error, stdout: run.stdout, stderr: run.stderr };
}

/** What is on standard error but for the words that come when a busy machine takes a second. */
export function talkOf({ stderr }: { readonly stderr: string }): string {
  return stderr.replaceAll('affidavit: verifying …\n', '');
}

/** What a signer sees who looks at nothing: so can a dishonest one sign. */
const NOTHING: AnyProof = {
  ...{ payload: Buffer.alloc(0), payloadType: undefined },
  signer: { publicKey: Buffer.alloc(0), hint: '' },
  ...{ signedAt: SIGNED_AT, times: [], logEntries: [], weakened: [] },
};
const BLIND: Partial<SigstoreTrust> = { verifyAny: () => NOTHING };

export class Evidence {
  readonly folder: string;
  readonly rootPath: string;
  readonly trust: Trust;
  /** The bundle that verifies. */
  files: Files = new Map();
  readonly #sandbox: Sandbox;
  readonly #options: EvidenceOptions;
  #written = 0;

  constructor(sandbox: Sandbox, folder: string, options: EvidenceOptions) {
    this.folder = folder;
    this.#sandbox = sandbox;
    this.#options = options;
    this.rootPath = join(folder, 'trusted_root.json');
    const root = Buffer.from(JSON.stringify(sandbox.trustedRoot));
    writeFileSync(this.rootPath, root);
    this.trust = sigstoreTrust(root, this.rootPath);
  }

  /** The root and the signer, as flags. */
  get pin(): readonly string[] {
    return [...this.root, ...pinOf(SIGNER)];
  }

  get root(): readonly string[] {
    return ['--trusted-root', this.rootPath];
  }

  /** Makes a bundle as `affidavit validate --emit-evidence` does, of other inputs. */
  async emit(change: Partial<Inputs> = {}): Promise<Files> {
    const { attestedAt: usual = ATTESTED_AT } = this.#options;
    const inputs = { ...DEMO_INPUTS, attestedAt: usual, ...change };
    const results = Object.entries(inputs.results).map(([phase, bytes]) => ({
      name: `${phase}.json`,
      bytes,
      folder: undefined,
    }));
    const validation = validate({
      recipe: { name: 'recipe.yaml', bytes: inputs.recipe },
      snapshot: { name: 'snapshot.yaml', bytes: inputs.snapshot },
      results: parseResults(results),
      recipes: inputs.recipes,
      now: inputs.attestedAt,
    });
    const logs = bundleFiles(new Map(Object.entries(inputs.logs)));
    const { signed, claims, redact = 'none' } = inputs;
    const packed = await packEvidence(
      { validation, logs, redact },
      signed ? { signer: this.#signer(claims), trust: this.trust } : undefined,
    );
    return await contentsOf(packed.files);
  }

  /** The signature of the sandbox over any bytes; nobody looks at what it signs, or at what services answer. */
  async sign(statement: Uint8Array, claims: Claims = {}): Promise<Buffer> {
    return Buffer.from(await this.#signer(claims, BLIND).sign(statement));
  }

  /** The bundle as a dishonest signer makes it: changed, made to fit, and signed again. */
  async rebuild(edits: Edits, from: Files = this.files): Promise<Files> {
    const files = new Map(rebuilt(from, edits));
    if (edits.signed !== false) {
      files.set(ATTESTATION, await this.sign(fileIn(files, STATEMENT)));
    }
    return files;
  }

  /** The verdict in process, with the signer pinned. */
  async judge(files: Files, options: Partial<VerifyEvidenceOptions> = {}): Promise<Judged> {
    return await this.#judge(entriesOf(files), options);
  }

  async #judge(
    entries: AsyncIterable<Entry>,
    options: Partial<VerifyEvidenceOptions>,
  ): Promise<Judged> {
    const policy = { signers: [{ subject: SIGNER.identity, issuer: SIGNER.issuer }] };
    const report = await verifyEvidence(entries, {
      ...{ trust: remembering(this.trust), policy },
      ...options,
    });
    const code = EXIT_CODES[report.verdict];
    return await judged(code, JSON.stringify(verificationJson(report)));
  }

  /** The same on what is in the file system: an archive or a directory. */
  async judgeAt(path: string, options: Partial<VerifyEvidenceOptions> = {}): Promise<Judged> {
    return await this.#judge(openEntries(path, EVIDENCE_LAYOUT), options);
  }

  /** The verdict of the program; `flags` stand after the input, `this.pin` unless given. */
  async verify(
    input: string,
    flags: readonly string[] = this.pin,
    options: RunOptions = {},
  ): Promise<JudgedByCli> {
    const run = await runProgram(['verify-evidence', input, '--format', 'json', ...flags], options);
    if (run.stdout === '') throw new Error(`no report: exit ${run.code}\n${run.stderr}`);
    return { ...(await judged(run.code, run.stdout)), stdout: run.stdout, stderr: talkOf(run) };
  }

  /** A new tar.gz with these files. */
  async pack(files: Files = this.files): Promise<string> {
    return this.write(await archiveOf(files));
  }

  /** A new directory with these files. */
  unpack(files: Files = this.files): string {
    const folder = this.path();
    for (const [path, content] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return folder;
  }

  /** A new file with these bytes. */
  write(content: string | Uint8Array, extension = '.tar.gz'): string {
    const path = this.path(extension);
    writeFileSync(path, content);
    return path;
  }

  /** Where nothing is yet. */
  path(extension = ''): string {
    this.#written += 1;
    return join(this.folder, `bundle-${this.#written}${extension}`);
  }

  #signer(claims: Claims, believed: Partial<SigstoreTrust> = {}): Signer {
    const name = this.#options.signingConfig ?? 'signing_config.json';
    const config = Buffer.from(JSON.stringify(this.#sandbox.signingConfigs[name]));
    const now = this.#options.now?.() ?? SIGNED_AT;
    const signingConfig = parseSigningConfig(config, name);
    const trust = sigstoreTrust(Buffer.from(JSON.stringify(this.#sandbox.trustedRoot)), 'root');
    const token = this.#sandbox.token(claims);
    return keylessSigner({ signingConfig, token, now, trust: { ...trust, ...believed } });
  }
}

/** The bundle as a dishonest signer makes it, but for the signature. */
export function rebuilt(from: Files, edits: Edits): Files {
  const files = new Map([...from].filter(([path]) => path !== ATTESTATION));
  for (const [path, content] of Object.entries(edits.files ?? {})) {
    if (content === undefined) files.delete(path);
    else files.set(path, Buffer.from(content));
  }
  const listed = [...files].filter(([path]) => path !== MANIFEST && path !== STATEMENT);
  const manifest = edited(encodeManifest(bundleFiles(new Map(listed))), edits.manifest ?? {});
  files.set(MANIFEST, manifest);
  const fitting = edited(fileIn(from, STATEMENT), {
    ...digestClaims(files),
    '/predicate/manifest/digest': digestOf(manifest),
    '/predicate/manifest/fileCount': listed.length,
  });
  return files.set(STATEMENT, edited(fitting, edits.statement ?? {}));
}

/** As one tar.gz, as `affidavit` packs it. */
export async function archiveOf(files: Files): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const tar = writeTar(bundleFiles(files), { mtime: 0, layout: EVIDENCE_LAYOUT });
  for await (const chunk of gzip(tar)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function pinOf(signer: { readonly identity: string; readonly issuer: string }): string[] {
  return [
    ...['--certificate-identity', signer.identity],
    ...['--certificate-oidc-issuer', signer.issuer],
  ];
}

/** The same files but for one: replaced, added or, with undefined, left out. */
export function withFile(files: Files, path: string, content?: string | Uint8Array): Files {
  const changed = new Map(files);
  if (content === undefined) changed.delete(path);
  else changed.set(path, Buffer.from(content));
  return changed;
}

export function fileIn(files: Files, path: string): Buffer {
  const content = files.get(path);
  if (content === undefined) throw new Error(`no ${path}`);
  return content;
}

/** A JSON document with some values replaced, each by a JSON pointer; undefined leaves one out. */
export function edited(bytes: Uint8Array, edits: Readonly<Record<string, unknown>>): Buffer {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString());
  for (const [pointer, value] of Object.entries(edits)) setValue(document, pointer, value);
  return Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
}

/** The value at a JSON pointer. */
export function valueAt(bytes: Uint8Array, pointer: string): unknown {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString());
  return keysOf(pointer).reduce<unknown>((value, key) => Reflect.get(Object(value), key), document);
}

/** One byte changed in a copy. */
export function flipped(bytes: Uint8Array, offset: number, mask = 1): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(offset) ^ mask, offset);
  return copy;
}

async function* entriesOf(files: Files): AsyncGenerator<Entry, void> {
  for (const file of bundleFiles(files)) {
    yield { path: file.path, type: 'file', size: file.size, content: file.open() };
  }
}

export function checkOf({ report }: Judged, name: string): CheckJson {
  const check = report.checks.find((candidate) => candidate.name === name);
  if (check === undefined) throw new Error(`no check ${name}`);
  return check;
}

/** Every file in a folder with its content's digest, to see that nothing was written. */
export function contentOfFolder(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? digestOf(readFileSync(path)) : 'no file'];
    }),
  );
}

const validateReport = readSchema();

function readSchema(): ValidateFunction {
  const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/report.schema.json'), 'utf8'));
  const lenient = { strictRequired: false, strictTypes: false, strictTuples: false };
  return new Ajv2020({ ...lenient, allErrors: true }).compile(schema);
}

function requireSchema(document: unknown): void {
  if (validateReport(document)) return;
  throw new Error(`schemas/report.schema.json: ${JSON.stringify(validateReport.errors, null, 2)}`);
}

/** Every report, whatever the verdict, says the same as its exit code and keeps to the schema. */
async function judged(code: number | null, text: string): Promise<Judged> {
  const report = JSON.parse(text) as ReportJson;
  requireSchema(report);
  await requireForms(report);
  expect(code).toBe(report.exitCode);
  for (const { outcome, faults } of report.checks) {
    expect(faults.length > 0).toBe(outcome === 'failed' || outcome === 'skipped');
    for (const fault of faults) {
      expect([fault.code, fault.found, fault.expected, fault.hint]).not.toContain('');
    }
  }
  const faults = report.checks.flatMap((check) => check.faults);
  return { code, report, faults: faults.map((fault) => `${fault.code} ${fault.at}`) };
}

const remembered = new Map<string, Proof>();

/** The same trust; what it has once verified, to the byte, is not computed a thousand times. */
function remembering(trust: Trust): Trust {
  return {
    ...trust,
    verify: (sigstoreBundle, file) => {
      const key = `${trust.root.digest} ${digestOf(sigstoreBundle)}`;
      const proof = remembered.get(key) ?? trust.verify(sigstoreBundle, file);
      remembered.set(key, proof);
      return proof;
    },
  };
}

function bundleFiles(files: Files): readonly BundleFile[] {
  return [...files].map(([path, content]) => memoryFile(bundlePath(path), content));
}

/** The digests of files that the predicate carries beside the manifest's. */
function digestClaims(files: Files): Readonly<Record<string, unknown>> {
  const places = [
    ['bom.cdx.json', '/predicate/bom/digest'],
    ...PHASES.map((phase) => [`ctrf/${phase}.json`, `/predicate/phases/${phase}/ctrfDigest`]),
  ];
  const claims: Record<string, unknown> = {};
  for (const [path = '', pointer = ''] of places) {
    const content = files.get(path);
    const claimed = valueAt(fileIn(files, STATEMENT), pointer) !== undefined;
    if (content !== undefined && claimed) claims[pointer] = digestOf(content);
  }
  return claims;
}

function setValue(document: unknown, pointer: string, value: unknown): void {
  const keys = keysOf(pointer);
  const last = keys.pop() ?? '';
  const target = keys.reduce<unknown>((node, key) => Reflect.get(Object(node), key), document);
  if (typeof target !== 'object' || target === null) throw new Error(`nothing at ${pointer}`);
  if (value !== undefined) Reflect.set(target, last === '-' ? lengthOf(target) : last, value);
  else if (Array.isArray(target)) target.splice(Number(last), 1);
  else Reflect.deleteProperty(target, last);
}

function lengthOf(target: object): string {
  return String(Array.isArray(target) ? target.length : 0);
}

function keysOf(pointer: string): string[] {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
