// Keyless signing: a new key, a certificate for it from Fulcio, a timestamp, a log entry.

import { X509Certificate, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import type { Signer } from '../../attestation/seal.ts';
import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { unlessRefused } from '../../errors/evidence-error.ts';
import type { Credential } from '../../sign/credential.ts';
import { parseIdentityClaims, parseIdentityToken } from '../../sign/identity-token.ts';
import type { IdentityToken, SourcedToken } from '../../sign/identity-token.ts';
import { requireCertified, type CertificateRequest } from '../../sign/require-certified.ts';
import { chooseServices, type SigningConfig } from '../../sign/signing-config.ts';
import { resumable, type SigningState } from '../../sign/signing-state.ts';
import { isSameSigner, type Identity, type SigstoreTrust } from '../../trust/trust.ts';
import { postJson } from '../http/client.ts';
import { requestFrom } from '../http/service-request.ts';
import type { SigningJournal } from './signing-journal.ts';
import { clockFrom, sigstoreSigner } from './sigstore-signer.ts';
import { CERTIFICATE_AUTHORITY } from './witness.ts';

/** A token, perhaps with where it comes from. */
type GivenToken = string | SourcedToken;

export interface KeylessSigning {
  /** Where to sign: what `parseSigningConfig` gave. */
  readonly signingConfig: SigningConfig;
  /** An OIDC identity token, or what gets one when everything else is ready. */
  readonly token: GivenToken | (() => Promise<GivenToken>);
  /** For whom the token must be; `sigstore` by default. */
  readonly audience?: string;
  /** The time at which the services and the token must be valid. */
  readonly now: Date;
  /** Under which the certificate must verify before anything is logged: what `sigstoreTrust` gave. */
  readonly trust: SigstoreTrust;
  /**
   * Shows whom the certificate names, if no published rule of Fulcio says it beforehand, or if it is of a
   * signing that was begun then and interrupted.
   */
  readonly show?: (signer: Identity, interrupted?: Date) => void;
  /** Where a signing that is interrupted leaves what it has; by default nowhere. */
  readonly journal?: Pick<SigningJournal, 'found' | 'keep'> | undefined;
  /** The token that was given, valid or not: nothing goes on in the name of somebody else. */
  readonly resumeAs?: KeylessSigning['token'] | undefined;
  /** Hears that what the journal found is of no use for this signing, which replaces it. */
  readonly replaces?: (() => void) | undefined;
}

/**
 * A signer for the owner of an identity token. What it signs is not verified yet: `packEvidence` does that.
 *
 * @throws EvidenceError SIGNING_CONFIG_INVALID if the services that are valid now are too few,
 *   SIGNING_FAILED if the token cannot be used; its `sign`: SIGNING_FAILED, SELF_CHECK_FAILED,
 *   SERVICE_FAILED, SERVICE_UNREACHABLE, SERVICE_SLOW, SERVICE_ANSWER_INVALID, PROXY_FAILED (all unjudged)
 */
export function keylessSigner(signing: KeylessSigning): Signer {
  const { signingConfig, token, audience, now, trust, show = () => undefined, journal } = signing;
  const secrets: string[] = [];
  const read = (text: GivenToken): IdentityToken => {
    const parsed = parseIdentityToken(text, now, audience);
    secrets.push(parsed.text);
    return parsed;
  };
  // One that is there is read at once, so that a bad one is refused before any work.
  const given = typeof token === 'function' ? token : read(token);
  const getToken = async (): Promise<IdentityToken> =>
    typeof given === 'function' ? read(await given()) : await Promise.resolve(given);
  const services = chooseServices(signingConfig, now);
  const clock = clockFrom(now);
  const { url, namedBy } = services.certificateAuthority;
  const authority = { url, namedBy, trust, show, clock };
  const credential = fulcioCredential(authority, getToken);
  const find = async (statement: Uint8Array): Promise<SigningState | undefined> => {
    const state = journal?.found;
    if (state === undefined) return undefined;
    const signer = resumable(state, statement, { trust, now: clock() });
    if (signer === undefined || !(await mayBe(signer, signing.resumeAs, true))) {
      signing.replaces?.();
      return undefined;
    }
    show(signer, new X509Certificate(state.envelope.verifier.der).validFromDate);
    // From now on it is this signing's.
    journal?.keep(state);
    return state;
  };
  const keep = (state: SigningState): void => journal?.keep(state);
  const { logs, timestampAuthorities } = services;
  const resumption = { find, keep };
  return sigstoreSigner(credential, {
    ...{ logs, timestampAuthorities, trust },
    ...{ clock, secrets, resumption },
  });
}

/**
 * Whether the token, which may have expired since, gets this identity: one that might get another does not.
 *
 * @param inDoubt of a certificate that says more than the name, where no published rule says what it would say
 */
export async function mayBe(
  signer: Identity,
  token: KeylessSigning['resumeAs'],
  inDoubt: boolean,
): Promise<boolean> {
  if (token === undefined) return true;
  const text = typeof token === 'function' ? await token() : token;
  const expected = unlessRefused(() => parseIdentityClaims(text));
  if (expected?.subject !== signer.subject) return false;
  if (!expected.issuers.includes(signer.issuer)) return false;
  const claims = expected.claims ?? (inDoubt ? signer.claims : {});
  return isSameSigner(signer, { ...signer, claims });
}

// Fulcio's API: https://github.com/sigstore/fulcio/blob/main/fulcio.proto

/** A certificate authority, and what becomes of its answers. */
export interface Certification extends Pick<CertificateRequest, 'url' | 'trust'> {
  /** Shows whom the certificate names, where nothing says beforehand who it must be. */
  readonly show: (signer: Identity) => void;
  readonly clock: () => Date;
  /** Who names its address. */
  readonly namedBy?: string | undefined;
}

/**
 * Signs with a new key each time, which a certificate authority certifies for the token's owner.
 *
 * @param getToken asked only when everything else is ready
 */
export function fulcioCredential(
  { url, namedBy, trust, show, clock }: Certification,
  getToken: () => Promise<IdentityToken>,
): Credential {
  return {
    sign: async (data) => {
      const token = await getToken();
      const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const der = await certificateFor(keys, token, { url, namedBy });
      const { expected } = token;
      const request = { url, trust, publicKey: keys.publicKey, expected, now: clock() };
      const signer = requireCertified(der, request);
      if (expected.subject === undefined) show(signer);
      return {
        signature: sign('sha256', data, keys.privateKey),
        verifier: { type: 'certificate', der },
      };
    },
  };
}

async function certificateFor(
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  token: IdentityToken,
  { url: at, namedBy }: Pick<Certification, 'url' | 'namedBy'>,
): Promise<Buffer> {
  const request = {
    name: CERTIFICATE_AUTHORITY,
    at,
    namedBy,
    url: `${at}/api/v2/signingCert`,
    secrets: [token.text],
    ifRefused:
      'get a new identity token for the audience sigstore, of an issuer that this service trusts',
    init: postJson(requestOf(token, publicKey, privateKey)),
  };
  return await requestFrom(request, parseCertificate);
}

function requestOf(token: IdentityToken, publicKey: KeyObject, privateKey: KeyObject): unknown {
  // The signed subject proves that whoever has the token has the key as well.
  const proof = sign('sha256', Buffer.from(token.subject, 'utf8'), privateKey);
  return {
    credentials: { oidcIdentityToken: token.text },
    publicKeyRequest: {
      publicKey: {
        algorithm: 'ECDSA',
        content: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      },
      proofOfPossession: proof.toString('base64'),
    },
  };
}

/** The first certificate of the chain, in DER; the others are in the trusted root. */
function parseCertificate(body: Buffer): Buffer {
  const reader = new ObjectReader(decodeJson(body, 'answer'), 'answer');
  const certificate =
    reader.optionalObject('signedCertificateEmbeddedSct') ??
    reader.object('signedCertificateDetachedSct');
  const [leaf] = certificate.object('chain').list('certificates', String);
  return new X509Certificate(leaf ?? '').raw;
}
