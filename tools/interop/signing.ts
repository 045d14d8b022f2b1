// Who signs where with an identity, and who accepts it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_IDENTITY } from '../../src/sandbox/oidc.ts';
import {
  PREDICATE_TYPE,
  PYTHON_PREDICATE_TYPE,
  attestCommand,
  attestWithPython,
  bundleIn,
  conform,
  emitCommand,
  identityWords,
  subjectDigest,
  verifyBlob,
  verifyEvidence,
  verifyWithoutNetwork,
  type Place,
} from './commands.ts';
import { mustRun, run } from './processes.ts';
import { word, type Report } from './report.ts';
import type { EvidenceKind, Sigstore } from './sigstore.ts';
import { VERIFIERS, askAll, type Verifier } from './verifiers.ts';

/** Who proves when and where, in the words of the page. */
const KINDS: Readonly<Record<EvidenceKind, string>> = {
  v1: 'Rekor v1',
  'v1-tsa': 'Rekor v1 with a timestamp',
  'v2-tsa': 'Rekor v2 with a timestamp',
};

export const KIND_NAMES = ['v1', 'v1-tsa', 'v2-tsa'] as const;

/** A row of the page: who accepts what somebody signed. */
export type SignedRow = readonly string[];

/**
 * Evidence that our program signs. `verify-evidence` must accept the archive, and every verifier the
 * bundle in it.
 */
export async function signWithAffidavit(report: Report, place: Place): Promise<SignedRow> {
  const archive = join(place.directory, 'evidence.tar.gz');
  await mustRun(...emitCommand(place, archive));
  const { status, output } = await verifyEvidence(place, archive);
  const what = `${describe('affidavit', place)}: verify-evidence exits with 0`;
  report.assert(what, status === 0, output);
  const alone = await verifyWithoutNetwork(place, archive);
  const isSame = alone.status === 0 && alone.output === output;
  report.assert(`${what}, and says the same where there is no network`, isSame, alone.output);
  const bundle = await bundleIn(archive, place.directory);
  return await judge(report, place, { by: 'affidavit', bundle, predicateType: PREDICATE_TYPE });
}

/** What cosign attests. */
export async function signWithCosign(report: Report, place: Place): Promise<SignedRow> {
  const out = join(place.directory, 'cosign.json');
  await mustRun(...attestCommand(place, out));
  await assertConformance(report, place, { by: 'cosign', bundle: out });
  const bundle = readFileSync(out);
  return await judge(report, place, { by: 'cosign', bundle, predicateType: PREDICATE_TYPE });
}

/** What sigstore-python attests. */
export async function signWithPython(report: Report, place: Place): Promise<SignedRow> {
  const out = join(place.directory, 'python.json');
  const { status, output } = await attestWithPython(place, out);
  if (status !== 0) throw new Error(`sigstore-python signed nothing:\n${output}`);
  await assertConformance(report, place, { by: 'sigstore-python', bundle: out });
  const bundle = readFileSync(out);
  const predicateType = PYTHON_PREDICATE_TYPE;
  return await judge(report, place, { by: 'sigstore-python', bundle, predicateType });
}

/** `tools/conformance` must accept it, and not for another signer. */
async function assertConformance(
  report: Report,
  place: Place,
  { by, bundle }: { readonly by: string; readonly bundle: string },
): Promise<void> {
  const { sigstore } = place;
  const what = `${describe(by, place)}: tools/conformance`;
  const good = await conform(place, 'verify-bundle', [
    ...['--bundle', bundle, ...identityWords(sigstore)],
  ]);
  report.assert(`${what} verify-bundle accepts`, good.status === 0, good.output);
  const other = { ...sigstore, identity: `x${sigstore.identity}` };
  const bad = await conform(place, 'verify-bundle', ['--bundle', bundle, ...identityWords(other)]);
  const isRefused = bad.status !== 0 && bad.output.includes('another signer');
  report.assert(`${what} verify-bundle refuses another signer`, isRefused, bad.output);
}

/** What `tools/conformance` signs, a file without an envelope, cosign must accept. */
export async function signWithConformance(report: Report, place: Place): Promise<void> {
  const { sigstore, kind, directory } = place;
  const out = join(directory, 'conformance.json');
  const signed = await conform(place, 'sign-bundle', [
    ...['--identity-token', sigstore.token(), '--signing-config', sigstore.configs[kind] ?? ''],
    ...['--bundle', out],
  ]);
  const what = `${describe('tools/conformance', place)}, without an envelope`;
  report.assert(`${what}: sign-bundle signs`, signed.status === 0, signed.output);
  const { status, output } = await verifyBlob(place, out);
  report.assert(`${what}: cosign accepts`, status === 0, output);
}

/** Nobody gets a certificate for a token that is not valid yet. */
export async function refuseEarlyToken(report: Report, place: Place): Promise<void> {
  const token = place.sigstore.token({ nbf: Math.floor(Date.now() / 1000) + 600 });
  const out = join(place.directory, 'early.json');
  const ended = await run(...attestCommand(place, out, ['--identity-token', token]));
  const isRefused = ended.status !== 0 && ended.output.includes('not valid yet');
  report.assert(
    `${place.name}: no certificate for a token whose nbf is to come`,
    isRefused,
    ended.output,
  );
}

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
  const words = VERIFIERS.map((name) => word(verdicts[name].accepts));
  return [by, place.name, KINDS[place.kind], ...words];
}

/**
 * What is known to be refused, by who signed: cosign writes a Statement v0.1, which sigstore-python
 * does not read.
 */
const EXCEPTIONS: Partial<Record<Verifier, Partial<Record<Verifier, boolean>>>> = {
  cosign: { 'sigstore-python': false },
};

function all(accepts: boolean): Partial<Record<Verifier, boolean>> {
  return Object.fromEntries(VERIFIERS.map((name) => [name, accepts]));
}

export function describe(by: string, { name, kind }: Place): string {
  return `signed by ${by}, ${name}, ${KINDS[kind]}`;
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
