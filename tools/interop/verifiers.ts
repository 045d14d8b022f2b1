// Who accepts a bundle: our library, `@sigstore/verify`, cosign and sigstore-python, each by its own rules.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { Verifier as LibraryVerifier, toSignedEntity, toTrustMaterial } from '@sigstore/verify';

import { EvidenceError, sigstoreTrust } from '../../src/index.ts';
import { run, type Ended } from './processes.ts';
import { PYTHON_PROGRAM, RUNS, goProgram } from './programs.ts';

export const VERIFIERS = ['affidavit', '@sigstore/verify', 'cosign', 'sigstore-python'] as const;

export type Verifier = (typeof VERIFIERS)[number];

/** What a verifier says of a bundle: with the reason if it refuses. */
export interface Verdict {
  readonly accepts: boolean;
  /** Ours: the error code. Others: what they print. Empty if accepted. */
  readonly reason: string;
}

export type Verdicts = Readonly<Record<Verifier, Verdict>>;

/** A bundle, and what its verifier knows. */
export interface Question {
  readonly bundle: Uint8Array;
  readonly root: Uint8Array;
  readonly identity: string;
  readonly issuer: string;
  readonly predicateType: string;
  /** SHA-256 of the subject, hexadecimal digits. */
  readonly digest: string;
}

const ACCEPTS: Verdict = { accepts: true, reason: '' };

export async function askAll(question: Question): Promise<Verdicts> {
  const [cosign, python] = await Promise.all([askCosign(question), askPython(question)]);
  return {
    affidavit: askAffidavit(question),
    '@sigstore/verify': askLibrary(question),
    cosign,
    'sigstore-python': python,
  };
}

/** By our library. */
function askAffidavit({ bundle, root, identity, issuer }: Question): Verdict {
  try {
    const file = { name: 'attestation.intoto.jsonl', maxBytes: 10 * 1024 * 1024 };
    const { signer } = sigstoreTrust(root, 'trusted_root.json').verify(bundle, file);
    const isSigner = 'subject' in signer && signer.subject === identity && signer.issuer === issuer;
    return isSigner ? ACCEPTS : { accepts: false, reason: 'SIGNER_NOT_ALLOWED' };
  } catch (error) {
    if (error instanceof EvidenceError) return { accepts: false, reason: error.code };
    throw error;
  }
}

/** With everything that it can be told to ask for. */
function askLibrary({ bundle, root, identity, issuer }: Question): Verdict {
  try {
    const trust = toTrustMaterial(TrustedRoot.fromJSON(jsonOf(root)));
    const parsed = bundleFromJSON(jsonOf(bundle));
    const thresholds = { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 };
    const { identity: found } = new LibraryVerifier(trust, thresholds).verify(
      toSignedEntity(parsed),
    );
    const isSigner =
      found?.subjectAlternativeName === identity && found.extensions?.issuer === issuer;
    return isSigner ? ACCEPTS : { accepts: false, reason: 'another signer' };
  } catch (error) {
    return { accepts: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function jsonOf(bytes: Uint8Array, revive?: typeof completed): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'), revive);
}

async function askCosign(question: Question): Promise<Verdict> {
  const { directory, bundle, root } = writeFiles(question);
  const { identity, issuer, predicateType, digest } = question;
  const ended = await run(
    goProgram('cosign'),
    [
      ...['verify-blob-attestation', '--bundle', bundle, '--trusted-root', root],
      ...['--certificate-identity', identity, '--certificate-oidc-issuer', issuer],
      ...['--type', predicateType, '--digest', digest, '--digestAlg', 'sha256'],
    ],
    { HOME: directory },
  );
  return verdictOf(ended);
}

async function askPython(question: Question): Promise<Verdict> {
  const { directory, bundle, root } = writeFiles(question);
  const config = join(directory, 'trust_config.json');
  writeFileSync(config, clientTrustConfig(readFileSync(root), OFFLINE_SIGNING_CONFIG));
  const { identity, issuer, digest } = question;
  const ended = await run(
    PYTHON_PROGRAM,
    [
      ...['-m', 'sigstore', '--trust-config', config, 'verify', 'identity', '--offline'],
      ...['--bundle', bundle, '--cert-identity', identity, '--cert-oidc-issuer', issuer],
      `sha256:${digest}`,
    ],
    { HOME: directory },
  );
  return verdictOf(ended);
}

function verdictOf({ status, output }: Ended): Verdict {
  return status === 0 ? ACCEPTS : { accepts: false, reason: output.trim() };
}

function writeFiles({
  bundle,
  root,
}: Question): Readonly<Record<'directory' | 'bundle' | 'root', string>> {
  const directory = mkdtempSync(join(RUNS, 'ask-'));
  const paths = { bundle: join(directory, 'bundle.json'), root: join(directory, 'root.json') };
  writeFileSync(paths.bundle, bundle);
  writeFileSync(paths.root, root);
  return { directory, ...paths };
}

/** What sigstore-python wants: a trusted root and a signing config in one file. */
export function clientTrustConfig(root: Uint8Array, signingConfig: unknown): string {
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json',
    trustedRoot: jsonOf(root, completed),
    signingConfig: jsonOf(Buffer.from(JSON.stringify(signingConfig)), completed),
  });
}

/**
 * sigstore-python reads no authority without a common name, which Fulcio's in-memory one does not have, and no
 * empty selector, which cosign writes where there is nothing to choose from.
 */
function completed(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (key === 'subject') return { commonName: 'without a name', ...value };
  return key === 'tsaConfig' ? { selector: 'ANY', ...value } : value;
}

/** It must be there, and nothing in it is asked when a bundle is verified. */
const OFFLINE_SIGNING_CONFIG = {
  mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
  caUrls: [],
  oidcUrls: [],
  rekorTlogUrls: [],
  rekorTlogConfig: { selector: 'ANY' },
  tsaUrls: [],
  tsaConfig: { selector: 'ANY' },
};
