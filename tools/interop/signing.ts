// Points 1 to 4: who signs where, and who accepts it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_IDENTITY } from '../../src/sandbox/oidc.ts';
import { mustRun, run } from './processes.ts';
import { PYTHON_PROGRAM, goProgram } from './programs.ts';
import type { EvidenceKind, Sigstore } from './real-sigstore.ts';
import { word, type Report } from './report.ts';
import { VERIFIERS, askAll, clientTrustConfig, type Question, type Verifier } from './verifiers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'bin/affidavit.js');
const DEMO = join(ROOT, 'testdata/demo');

const PREDICATE_TYPE = 'https://aicr.run/recipe-evidence/v3';
/** The only kinds of predicates that sigstore-python signs. */
const PYTHON_PREDICATE_TYPE = 'https://slsa.dev/provenance/v1';

/** Who proves when and where, in the words of the page. */
const KINDS: Readonly<Record<EvidenceKind, string>> = {
  v1: 'Rekor v1',
  'v1-tsa': 'Rekor v1 with a timestamp',
  'v2-tsa': 'Rekor v2 with a timestamp',
};

export const KIND_NAMES = ['v1', 'v1-tsa', 'v2-tsa'] as const;

/** Who signed where. */
export interface Signed extends Question {
  readonly by: Verifier;
  readonly where: string;
}

/** A row of the page: who accepts what somebody signed. */
export type SignedRow = readonly string[];

export interface Place {
  /** In the words of the page, e.g. `sandbox`. */
  readonly name: string;
  readonly sigstore: Sigstore;
  readonly kind: EvidenceKind;
  /** A directory for its files. */
  readonly directory: string;
}

/**
 * Evidence that our program signs. `verify-evidence` must accept the archive, and every verifier the
 * bundle in it.
 */
export async function signWithAffidavit(report: Report, place: Place): Promise<SignedRow> {
  const { sigstore, kind, directory } = place;
  const archive = join(directory, 'evidence.tar.gz');
  const config = sigstore.configs[kind] ?? '';
  await mustRun(
    process.execPath,
    [
      ...[PROGRAM, 'validate', '--recipe', join(DEMO, 'recipe.yaml')],
      ...['--snapshot', join(DEMO, 'snapshot.yaml'), '--results', join(DEMO, 'results')],
      ...['--emit-evidence', archive, '--signing-config', config, '--trusted-root', sigstore.root],
    ],
    { SIGSTORE_ID_TOKEN: sigstore.token() },
  );
  const { status, output } = await run(process.execPath, [
    ...[PROGRAM, 'verify-evidence', archive, '--trusted-root', sigstore.root],
    ...['--certificate-identity', sigstore.identity],
    ...['--certificate-oidc-issuer', sigstore.issuer],
  ]);
  report.assert(
    `${describe('affidavit', place)}: verify-evidence exits with 0`,
    status === 0,
    output,
  );
  await mustRun('tar', ['-xzf', archive, '-C', directory, 'attestation.intoto.jsonl']);
  const bundle = readFileSync(join(directory, 'attestation.intoto.jsonl'));
  return await judge(report, place, { by: 'affidavit', bundle, predicateType: PREDICATE_TYPE });
}

/** What cosign attests. */
export async function signWithCosign(report: Report, place: Place): Promise<SignedRow> {
  const { sigstore, kind, directory } = place;
  const { blob, predicate } = writeInputs(directory);
  const out = join(directory, 'cosign.json');
  await mustRun(
    goProgram('cosign'),
    [
      ...['attest-blob', '--yes', '--predicate', predicate, '--type', PREDICATE_TYPE],
      ...['--signing-config', sigstore.configs[kind] ?? '', '--trusted-root', sigstore.root],
      ...['--identity-token', sigstore.token(), '--bundle', out, blob],
    ],
    { HOME: directory },
  );
  const bundle = readFileSync(out);
  return await judge(report, place, { by: 'cosign', bundle, predicateType: PREDICATE_TYPE });
}

/** What sigstore-python attests. */
export async function signWithPython(report: Report, place: Place): Promise<SignedRow> {
  const out = join(place.directory, 'python.json');
  const { status, output } = await runPython(place, place.sigstore.token(), out);
  if (status !== 0) throw new Error(`sigstore-python signed nothing:\n${output}`);
  const bundle = readFileSync(out);
  const predicateType = PYTHON_PREDICATE_TYPE;
  return await judge(report, place, { by: 'sigstore-python', bundle, predicateType });
}

/** Nobody gets a certificate for a token that is not valid yet. */
export async function refuseEarlyToken(report: Report, place: Place): Promise<void> {
  const { sigstore, directory } = place;
  const token = sigstore.token({ nbf: Math.floor(Date.now() / 1000) + 600 });
  const { blob, predicate } = writeInputs(directory);
  const out = join(directory, 'early.json');
  const ended = await run(
    goProgram('cosign'),
    [
      ...['attest-blob', '--yes', '--predicate', predicate, '--type', PREDICATE_TYPE],
      ...['--signing-config', sigstore.configs[place.kind] ?? '', '--trusted-root', sigstore.root],
      ...['--identity-token', token, '--bundle', out, blob],
    ],
    { HOME: directory },
  );
  const isRefused = ended.status !== 0 && ended.output.includes('not valid yet');
  report.assert(
    `${place.name}: no certificate for a token whose nbf is to come`,
    isRefused,
    ended.output,
  );
}

async function runPython(
  { sigstore, kind, directory }: Place,
  token: string,
  out: string,
): ReturnType<typeof run> {
  const { blob, provenance } = writeInputs(directory);
  const config = join(directory, 'trust_config.json');
  const signingConfig: unknown = JSON.parse(readFileSync(sigstore.configs[kind] ?? '', 'utf8'));
  writeFileSync(config, clientTrustConfig(readFileSync(sigstore.root), signingConfig));
  return await run(
    PYTHON_PROGRAM,
    [
      ...['-m', 'sigstore', '--trust-config', config, 'attest', '--predicate', provenance],
      ...['--predicate-type', PYTHON_PREDICATE_TYPE, '--identity-token', token],
      ...(kind === 'v2-tsa' ? [] : ['--rekor-version', '1']),
      ...['--bundle', out, blob],
    ],
    { HOME: directory },
  );
}

function writeInputs(
  directory: string,
): Readonly<Record<'blob' | 'predicate' | 'provenance', string>> {
  const paths = {
    blob: join(directory, 'a.txt'),
    predicate: join(directory, 'predicate.json'),
    provenance: join(directory, 'provenance.json'),
  };
  writeFileSync(paths.blob, 'hello\n');
  writeFileSync(paths.predicate, '{"x":1}');
  writeFileSync(paths.provenance, JSON.stringify(PROVENANCE));
  return paths;
}

/** The least that sigstore-python takes for a SLSA provenance. */
const PROVENANCE = {
  buildDefinition: { buildType: 'https://example.test/build', externalParameters: {} },
  runDetails: { builder: { id: 'https://example.test/builder' } },
};

interface Made {
  readonly by: Verifier;
  readonly bundle: Buffer;
  readonly predicateType: string;
}

/** Everybody must accept it, and nobody for another signer: then each really looks. */
async function judge(report: Report, place: Place, { by, ...made }: Made): Promise<SignedRow> {
  const { identity, issuer, root } = place.sigstore;
  const digest = subjectDigest(made.bundle);
  const question = { ...made, root: readFileSync(root), identity, issuer, digest };
  const what = describe(by, place);
  const verdicts = await askAll(question);
  report.assertVerdicts(what, verdicts, { ...all(true), ...EXCEPTIONS[by] });
  const others = await askAll({ ...question, identity: `x${identity}` });
  report.assertVerdicts(`${what}, asked for another signer`, others, all(false));
  return [
    by,
    place.name,
    KINDS[place.kind],
    ...VERIFIERS.map((name) => word(verdicts[name].accepts)),
  ];
}

/** What is known to be refused, by who signed: cosign writes a Statement v0.1, which sigstore-python does not read. */
const EXCEPTIONS: Partial<Record<Verifier, Partial<Record<Verifier, boolean>>>> = {
  cosign: { 'sigstore-python': false },
};

function all(accepts: boolean): Partial<Record<Verifier, boolean>> {
  return Object.fromEntries(VERIFIERS.map((name) => [name, accepts]));
}

function describe(by: string, { name, kind }: Place): string {
  return `signed by ${by}, ${name}, ${KINDS[kind]}`;
}

function subjectDigest(bundle: Buffer): string {
  const envelope = /"payload": ?"([^"]+)"/.exec(bundle.toString('utf8'))?.[1] ?? '';
  const statement = Buffer.from(envelope, 'base64').toString('utf8');
  return /"sha256": ?"([0-9a-f]{64})"/.exec(statement)?.[1] ?? '';
}

/** A new sandbox, whose logs are empty, with its files; `work` is done while it runs. */
export async function inSandbox<T>(
  directory: string,
  work: (sigstore: Sigstore) => Promise<T>,
): Promise<T> {
  mkdirSync(directory, { recursive: true });
  const sandbox = await startSandbox({ issuer: (url) => url });
  try {
    const write = (name: string, value: unknown): string => {
      const path = join(directory, name);
      writeFileSync(path, JSON.stringify(value));
      return path;
    };
    const config = (kind: EvidenceKind): string => {
      const name = `signing_config.${kind}.json` as const;
      return write(name, sandbox.signingConfigs[name]);
    };
    return await work({
      root: write('trusted_root.json', sandbox.trustedRoot),
      configs: { v1: config('v1'), 'v1-tsa': config('v1-tsa'), 'v2-tsa': config('v2-tsa') },
      identity: SANDBOX_IDENTITY,
      issuer: sandbox.issuer,
      token: (claims) => sandbox.token(claims),
    });
  } finally {
    await sandbox.close();
  }
}
