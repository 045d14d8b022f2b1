// The verbs of Sigstore's conformance suite, for any file and for each format that Sigstore ever had:
// https://github.com/sigstore/sigstore-conformance/blob/main/docs/cli_protocol.md
//   sign-bundle [--staging] [--in-toto] --identity-token T --bundle F [--trusted-root F]
//     [--signing-config F] FILE
//   verify-bundle [--staging] --bundle F (--certificate-identity I --certificate-oidc-issuer U | --key F)
//     [--trusted-root F] FILE_OR_DIGEST
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { renderError } from '../src/cli/print-error.ts';
import { decodeJson } from '../src/document/json.ts';
import { ObjectReader } from '../src/document/object-reader.ts';
import { EvidenceError } from '../src/errors/evidence-error.ts';
import { fulcioCredential } from '../src/io/sigstore/keyless-signer.ts';
import { keylessSigner } from '../src/io/sigstore/keyless-signer.ts';
import { readSigningConfig } from '../src/io/sigstore/read-trust.ts';
import { rekorV1Witness } from '../src/io/sigstore/rekor-v1-witness.ts';
import { logInRekorV2 } from '../src/io/sigstore/rekor-v2-witness.ts';
import { stamp } from '../src/io/sigstore/timestamp-witness.ts';
import { MAX_SIGSTORE_BUNDLE_BYTES } from '../src/limits.ts';
import { IN_TOTO_PAYLOAD_TYPE, STATEMENT_TYPE } from '../src/media-types.ts';
import { isSignatureOfDigest } from '../src/sandbox/verifier-key.ts';
import { verifierPem } from '../src/sign/credential.ts';
import { encodeSigstoreBundle, type SignedEnvelope } from '../src/sign/encode-sigstore-bundle.ts';
import { parseIdentityToken } from '../src/sign/identity-token.ts';
import { chooseServices } from '../src/sign/signing-config.ts';
import { PUBLIC_GOOD_SOURCE, publicGoodRoot } from '../src/trust/public-good.ts';
import { parsePublicKey } from '../src/trust/public-key.ts';
import { isKeySigner } from '../src/trust/trust.ts';
import type { Artifact, ProvenSigner, SigstoreTrust } from '../src/trust/trust.ts';
import { sigstoreTrust, type TrustOptions } from '../src/trust/verify/sigstore-trust.ts';

const WORDS = {
  staging: { type: 'boolean', default: false },
  'in-toto': { type: 'boolean', default: false },
  'identity-token': { type: 'string' },
  bundle: { type: 'string' },
  'certificate-identity': { type: 'string' },
  'certificate-oidc-issuer': { type: 'string' },
  key: { type: 'string' },
  'trusted-root': { type: 'string' },
  'signing-config': { type: 'string' },
  // Not of the suite: without the second judge.
  judge: { type: 'string', default: 'both' },
} as const;

/** Runs one verb. Throws EvidenceError or Error when the bundle is refused or cannot be made. */
export async function conform(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: WORDS,
    allowPositionals: true,
  });
  const [verb, file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Error('one verb and one file are wanted');
  if (values.staging && values['trusted-root'] === undefined) {
    throw new Error('the root of the staging instance is not built in: --trusted-root FILE');
  }
  const bundle = required(values.bundle, '--bundle');
  const root = values['trusted-root'];
  const judge = values.judge === 'own' ? 'own' : 'both';
  if (verb === 'verify-bundle') {
    verifyBundle({ ...pinOf(values), bundle, root, file, judge });
    return;
  }
  if (verb !== 'sign-bundle') throw new Error(`there is no verb ${verb}`);
  const token = required(values['identity-token'], '--identity-token');
  const config = values['signing-config'];
  await signBundle({ token, bundle, root, config, file, isStatement: values['in-toto'] });
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

interface Pin {
  readonly key: string | undefined;
  readonly isExpected: (signer: ProvenSigner) => boolean;
}

function pinOf(values: Readonly<Partial<Record<keyof typeof WORDS, string | boolean>>>): Pin {
  const { key, 'certificate-identity': identity, 'certificate-oidc-issuer': issuer } = values;
  if (typeof key === 'string') return { key, isExpected: isKeySigner };
  if (identity === undefined || issuer === undefined) {
    throw new Error('--certificate-identity and --certificate-oidc-issuer, or --key, are missing');
  }
  return {
    key: undefined,
    isExpected: (signer) =>
      !isKeySigner(signer) && signer.subject === identity && signer.issuer === issuer,
  };
}

interface Verification extends Pin {
  readonly bundle: string;
  readonly root: string | undefined;
  readonly file: string;
  readonly judge: 'both' | 'own';
}

function verifyBundle({ bundle, root, file, key, judge, isExpected }: Verification): void {
  const trust = trustIn(root, { judge, ...keysIn(key) });
  const bytes = readFileSync(bundle);
  const artifact = artifactOf(file);
  const proof = trust.verifyAny(
    bytes,
    { name: bundle, maxBytes: MAX_SIGSTORE_BUNDLE_BYTES },
    { artifact },
  );
  if (!isExpected(proof.signer)) throw new Error(`another signer: ${JSON.stringify(proof.signer)}`);
  if (proof.payloadType === undefined) return;
  if (proof.payloadType !== IN_TOTO_PAYLOAD_TYPE) throw new Error(`a payload of another type`);
  requireSubject(proof.payload, 'bytes' in artifact ? sha256(artifact.bytes) : artifact.digest);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** cosign and others still write this version; for a subject there is no difference. */
const STATEMENT_TYPES = new Set([STATEMENT_TYPE, 'https://in-toto.io/Statement/v0.1']);

/** The file must be a subject of the statement. */
function requireSubject(payload: Uint8Array, digest: Buffer): void {
  const statement = new ObjectReader(decodeJson(payload, 'statement'), 'statement');
  if (!STATEMENT_TYPES.has(statement.string('_type'))) throw new Error('no in-toto statement');
  const subjects = statement.list('subject', (data, at) => new ObjectReader(data, at));
  const digests = subjects.map((subject) => subject.object('digest').optionalText('sha256'));
  if (!digests.includes(digest.toString('hex'))) {
    throw new Error('the file is no subject of the statement');
  }
}

function trustIn(root: string | undefined, options: TrustOptions = {}): SigstoreTrust {
  return root === undefined
    ? sigstoreTrust(publicGoodRoot(), PUBLIC_GOOD_SOURCE, options)
    : sigstoreTrust(readFileSync(root), root, options);
}

function keysIn(file: string | undefined): TrustOptions {
  return file === undefined ? {} : { publicKeys: [parsePublicKey(readFileSync(file), file).key] };
}

/** A digest, unless there is a file of that name. */
function artifactOf(file: string): Artifact {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(file) ?? [];
  if (hex === undefined || existsSync(file)) return { bytes: readFileSync(file) };
  return {
    digest: Buffer.from(hex, 'hex'),
    isSigned: (digest, key, signature) => isSignatureOfDigest(key, digest, signature),
  };
}

interface Signature {
  readonly token: string;
  readonly bundle: string;
  readonly root: string | undefined;
  readonly config: string | undefined;
  readonly file: string;
  readonly isStatement: boolean;
}

/** Signs a file, or a statement as an envelope, and verifies what comes out before it is written. */
async function signBundle({
  token,
  bundle,
  root,
  config,
  file,
  isStatement,
}: Signature): Promise<void> {
  const signingConfig = await readSigningConfig(config);
  const bytes = readFileSync(file);
  const trust = trustIn(root);
  const signing = { signingConfig, token, now: new Date(), trust };
  const signed = isStatement
    ? await keylessSigner(signing).sign(bytes)
    : await signMessage(signing, bytes);
  const artifact = { bytes };
  trust.verifyAny(signed, { name: bundle, maxBytes: MAX_SIGSTORE_BUNDLE_BYTES }, { artifact });
  writeFileSync(bundle, signed);
}

/** Logs the signature of a file as a hashedrekord entry, which has the hash of the file. */
const logMessageInRekorV1 = rekorV1Witness(hashedRekordProposal);

function hashedRekordProposal({ encoding, signature, verifier }: SignedEnvelope): unknown {
  const publicKey = { content: Buffer.from(verifierPem(verifier)).toString('base64') };
  const value = sha256(encoding).toString('hex');
  const spec = {
    data: { hash: { algorithm: 'sha256', value } },
    signature: { content: signature.toString('base64'), publicKey },
  };
  return { apiVersion: '0.0.1', kind: 'hashedrekord', spec };
}

type Signing = Parameters<typeof keylessSigner>[0] & { readonly token: string };

/** A message signature, which evidence never has. */
async function signMessage(
  { signingConfig, token, now, trust }: Signing,
  bytes: Buffer,
): Promise<Uint8Array> {
  const identity = parseIdentityToken(token, now);
  const services = chooseServices(signingConfig, now);
  const { url: authority } = services.certificateAuthority;
  const credential = fulcioCredential(
    { url: authority, trust, show: () => undefined, clock: () => now },
    async () => await Promise.resolve(identity),
  );
  const secrets = [identity.text];
  const signed = {
    ...(await credential.sign(bytes)),
    ...{ payload: Buffer.alloc(0), payloadType: '', encoding: bytes },
  };
  const timestamps = await Promise.all(
    services.timestampAuthorities.map(async ({ url }) => await stamp(signed, { url, secrets })),
  );
  const entries = await Promise.all(
    services.logs.map(async ({ url, majorApiVersion }) => {
      const log = majorApiVersion === 2 ? logInRekorV2 : logMessageInRekorV1;
      return await log(signed, { url, secrets });
    }),
  );
  const enveloped = Buffer.from(encodeSigstoreBundle(signed, { entries, timestamps }));
  const rest: unknown = JSON.parse(enveloped.toString());
  const messageDigest = { algorithm: 'SHA2_256', digest: sha256(bytes).toString('base64') };
  const messageSignature = { messageDigest, signature: signed.signature.toString('base64') };
  return Buffer.from(
    `${JSON.stringify(Object.assign({}, rest, { dsseEnvelope: undefined, messageSignature }))}\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await conform(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof EvidenceError ? renderError(error) : String(error));
    process.exitCode = 1;
  }
}
