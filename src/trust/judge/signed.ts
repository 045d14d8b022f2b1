import { createHash } from 'node:crypto';

import { refuse } from '../../place.ts';
import { preAuthEncoding } from '../dsse.ts';
import { isSignedWith } from '../key-kind.ts';
import type { SigstoreBundle } from '../sigstore-bundle.ts';
import type { Artifact } from '../trust.ts';
import type { LoggedVerifier } from './log-body.ts';
import type { Verifier } from './verifier.ts';

/** What was signed, and by what, as a log has it. */
export interface Signed {
  readonly kind: 'envelope' | 'message';
  readonly signature: Buffer;
  readonly verifier: LoggedVerifier;
  /** Of an envelope; of a message nothing. */
  readonly payload: Buffer;
  /** Of the bytes under the signature. */
  readonly digest: (hash: 'sha256' | 'sha384') => Buffer;
}

/** Throws SIGNATURE_INVALID unless the key signed this. */
export function requireSignature(
  bundle: SigstoreBundle,
  key: Pick<Verifier, 'publicKey' | 'kind' | 'logged'>,
  artifact: Artifact | undefined,
): Signed {
  const { content, signature } = bundle;
  const common = { kind: content.kind, signature, verifier: key.logged };
  if (content.kind === 'envelope') {
    const encoding = preAuthEncoding(content.payloadType, content.payload);
    requireSignedBy(bundle, isSignedWith(key.publicKey, key.kind, encoding, signature));
    return { ...common, payload: content.payload, digest: (hash) => hashOf(hash, encoding) };
  }
  if (artifact === undefined) {
    return refuse(
      { ...bundle.signaturePlace, code: 'SIGSTORE_BUNDLE_INVALID' },
      'the signature of a file that is not here',
      'a DSSE envelope, or the file',
    );
  }
  requireDigest(bundle, artifact);
  const isSigned =
    'bytes' in artifact
      ? isSignedWith(key.publicKey, key.kind, artifact.bytes, signature)
      : artifact.isSigned(artifact.digest, key.publicKey, signature);
  requireSignedBy(bundle, isSigned);
  return { ...common, payload: Buffer.alloc(0), digest: (hash) => digestOf(artifact, hash) };
}

function digestOf(artifact: Artifact, hash: 'sha256' | 'sha384'): Buffer {
  if ('bytes' in artifact) return hashOf(hash, artifact.bytes);
  // Of another hash nothing is known, so it is equal to none.
  return hash === 'sha256' ? artifact.digest : Buffer.alloc(0);
}

function requireDigest(
  { content, file, signaturePlace }: SigstoreBundle,
  artifact: Artifact,
): void {
  const stated = content.kind === 'message' ? content.digest : undefined;
  const digest = digestOf(artifact, 'sha256');
  if (stated === undefined || stated.equals(digest)) return;
  refuse(
    { ...signaturePlace, at: `${file}#/messageSignature/messageDigest/digest` },
    stated.toString('hex'),
    digest.toString('hex'),
  );
}

function requireSignedBy({ signaturePlace, verifier }: SigstoreBundle, isSigned: boolean): void {
  if (isSigned) return;
  refuse(
    signaturePlace,
    'a signature of other bytes or by another key',
    `the signature of this payload by the key of the ${verifier.kind === 'key' ? 'verifier' : 'certificate'}`,
  );
}

function hashOf(hash: string, bytes: Uint8Array): Buffer {
  return createHash(hash).update(bytes).digest();
}
