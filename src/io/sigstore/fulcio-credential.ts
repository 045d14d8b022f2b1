// Fulcio's API: https://github.com/sigstore/fulcio/blob/main/fulcio.proto

import { X509Certificate, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { Credential } from '../../sign/credential.ts';
import type { IdentityToken } from '../../sign/identity-token.ts';
import { requireCertified, type CertificateRequest } from '../../sign/require-certified.ts';
import type { Identity } from '../../trust/trust.ts';
import { postJson } from '../http/client.ts';
import { CERTIFICATE_AUTHORITY, requestFrom } from './service-request.ts';

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
