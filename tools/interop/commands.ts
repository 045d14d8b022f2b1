// The commands of each program, as a user would type them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { mustRun, run, type Ended } from './processes.ts';
import { PYTHON_PROGRAM, goProgram } from './programs.ts';
import type { EvidenceKind, Sigstore } from './sigstore.ts';
import { clientTrustConfig } from './verifiers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAM = join(ROOT, 'bin/affidavit.js');
const CONFORMANCE = join(ROOT, 'tools/conformance');
const DEMO = join(ROOT, 'testdata/demo');

export const PREDICATE_TYPE = 'https://aicr.run/recipe-evidence/v3';
/** The only kind of predicates that sigstore-python signs. */
export const PYTHON_PREDICATE_TYPE = 'https://slsa.dev/provenance/v1';

/** Where something is signed. */
export interface Place {
  /** In the words of the page, e.g. `sandbox`. */
  readonly name: string;
  readonly sigstore: Sigstore;
  readonly kind: EvidenceKind;
  /** A directory for its files. */
  readonly directory: string;
}

type Environment = Readonly<Record<string, string>>;

/** A program, its words and its environment, as `run` and `mustRun` take them. */
type Command = readonly [program: string, words: readonly string[], environment: Environment];

export function configOf({ sigstore, kind }: Place): string {
  const config = sigstore.configs[kind];
  if (config === undefined) throw new Error(`no signing config for ${kind}`);
  return config;
}

/** The demo, as `affidavit validate` takes it. */
export const INPUTS = [
  ...['validate', '--recipe', join(DEMO, 'recipe.yaml'), '--snapshot', join(DEMO, 'snapshot.yaml')],
  ...['--results', join(DEMO, 'results')],
];

/** Evidence without a signature. */
export async function emitUnsigned(archive: string): Promise<void> {
  await mustRun(process.execPath, [PROGRAM, ...INPUTS, '--no-sign', '--emit-evidence', archive]);
}

/** `affidavit validate`, which signs evidence. Without `words` it signs by the identity of the place. */
export function emitCommand(
  place: Place,
  archive: string,
  words: readonly string[] = [],
  environment: Environment = { SIGSTORE_ID_TOKEN: place.sigstore.token() },
): Command {
  return [
    process.execPath,
    [
      ...[PROGRAM, ...INPUTS, '--emit-evidence', archive],
      ...['--signing-config', configOf(place), '--trusted-root', place.sigstore.root, ...words],
    ],
    environment,
  ];
}

/** Our program. */
export async function affidavit(
  words: readonly string[],
  environment: Environment = {},
): Promise<Ended> {
  return await run(process.execPath, [PROGRAM, ...words], environment);
}

/** `affidavit verify-evidence`. */
export async function verifyEvidence(
  { sigstore }: Place,
  archive: string,
  words: readonly string[] = identityWords(sigstore),
): Promise<Ended> {
  return await affidavit(['verify-evidence', archive, '--trusted-root', sigstore.root, ...words]);
}

/** The same in a network namespace of its own, which has no network at all. */
export async function verifyWithoutNetwork({ sigstore }: Place, archive: string): Promise<Ended> {
  const words = ['--trusted-root', sigstore.root, ...identityWords(sigstore)];
  const program = [process.execPath, PROGRAM, 'verify-evidence', archive];
  return await run('unshare', ['--map-root-user', '--net', ...program, ...words]);
}

/** The signer, as our program and cosign take it. */
export function identityWords({ identity, issuer }: Sigstore): readonly string[] {
  return ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
}

/** Takes the bundle out of an archive. */
export async function bundleIn(archive: string, directory: string): Promise<Buffer> {
  await mustRun('tar', ['-xzf', archive, '-C', directory, 'attestation.intoto.jsonl']);
  return readFileSync(join(directory, 'attestation.intoto.jsonl'));
}

/** `cosign attest-blob`. Without `words` it signs by the identity of the place. */
export function attestCommand(
  place: Place,
  out: string,
  words: readonly string[] = ['--identity-token', place.sigstore.token()],
  environment: Environment = {},
): Command {
  const { blob, predicate } = writeInputs(place.directory);
  return [
    goProgram('cosign'),
    [
      ...['attest-blob', '--yes', '--predicate', predicate, '--type', PREDICATE_TYPE],
      ...['--signing-config', configOf(place), '--trusted-root', place.sigstore.root],
      ...[...words, '--bundle', out, blob],
    ],
    { HOME: place.directory, ...environment },
  ];
}

/** `cosign verify-blob-attestation`. */
export async function verifyWithCosign(
  { sigstore, directory }: Place,
  bundle: string,
  words: readonly string[],
): Promise<Ended> {
  const digest = subjectDigest(readFileSync(bundle));
  return await run(
    goProgram('cosign'),
    [
      ...['verify-blob-attestation', '--bundle', bundle, '--trusted-root', sigstore.root],
      ...['--type', PREDICATE_TYPE, '--digest', digest, '--digestAlg', 'sha256', ...words],
    ],
    { HOME: directory },
  );
}

/** sigstore-python's `attest`. */
export async function attestWithPython(place: Place, out: string): Promise<Ended> {
  const { sigstore, kind, directory } = place;
  const { blob, provenance } = writeInputs(directory);
  const config = join(directory, 'trust_config.json');
  const signingConfig: unknown = JSON.parse(readFileSync(configOf(place), 'utf8'));
  writeFileSync(config, clientTrustConfig(readFileSync(sigstore.root), signingConfig));
  return await run(
    PYTHON_PROGRAM,
    [
      ...['-m', 'sigstore', '--trust-config', config, 'attest', '--predicate', provenance],
      ...['--predicate-type', PYTHON_PREDICATE_TYPE, '--identity-token', sigstore.token()],
      ...(kind === 'v2-tsa' ? [] : ['--rekor-version', '1']),
      ...['--bundle', out, blob],
    ],
    { HOME: directory },
  );
}

/** `tools/conformance`, with the verbs of Sigstore's conformance suite. */
export async function conform(
  { sigstore, directory }: Place,
  verb: 'sign-bundle' | 'verify-bundle',
  words: readonly string[],
): Promise<Ended> {
  const { blob } = writeInputs(directory);
  return await run(CONFORMANCE, [verb, '--trusted-root', sigstore.root, ...words, blob], {
    PATH: pathWith(join(process.execPath, '..')),
  });
}

/** The search path with this directory first. */
export function pathWith(directory: string): string {
  return `${directory}:${process.env['PATH'] ?? ''}`;
}

/** `cosign verify-blob`, of a signature without an envelope. */
export async function verifyBlob({ sigstore, directory }: Place, bundle: string): Promise<Ended> {
  const { blob } = writeInputs(directory);
  const words = ['verify-blob', '--bundle', bundle, '--trusted-root', sigstore.root];
  return await run(goProgram('cosign'), [...words, ...identityWords(sigstore), blob], {
    HOME: directory,
  });
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

/** The SHA-256 of what a bundle is about, hexadecimal digits. */
export function subjectDigest(bundle: Buffer): string {
  const envelope = /"payload": ?"([^"]+)"/.exec(bundle.toString('utf8'))?.[1] ?? '';
  const statement = Buffer.from(envelope, 'base64').toString('utf8');
  return /"sha256": ?"([0-9a-f]{64})"/.exec(statement)?.[1] ?? '';
}
