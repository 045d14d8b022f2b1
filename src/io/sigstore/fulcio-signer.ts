// Fulcio's API: https://github.com/sigstore/fulcio/blob/main/fulcio.proto

import { X509Certificate, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import type { Signer } from '@sigstore/sign';

import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { IdentityToken } from '../../sign/identity-token.ts';
import { postJson } from '../http/client.ts';
import { requestFrom } from './service-request.ts';

/**
 * Signs with a new key, which a certificate authority certifies for the token's owner. The client of
 * `@sigstore/sign` is not used: it follows a redirect to another address, with the token.
 */
export function fulcioSigner(authorityUrl: string, token: IdentityToken): Signer {
  return {
    sign: async (data) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const request = {
        name: 'certificate authority',
        at: authorityUrl,
        url: `${authorityUrl}/api/v2/signingCert`,
        secrets: [token.text],
        ifRefused:
          'get a new identity token for the audience sigstore, of an issuer that this service trusts',
        init: postJson(requestOf(token, publicKey, privateKey)),
      };
      const certificate = await requestFrom(request, parseCertificate);
      return {
        signature: sign('sha256', data, privateKey),
        key: { $case: 'x509Certificate', certificate },
      };
    },
  };
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

/** The first certificate of the chain, in PEM; the others are in the trusted root. */
function parseCertificate(body: Buffer): string {
  const reader = new ObjectReader(decodeJson(body, 'answer'), 'answer');
  const certificate =
    reader.optionalObject('signedCertificateEmbeddedSct') ??
    reader.object('signedCertificateDetachedSct');
  const [leaf] = certificate.object('chain').list('certificates', String);
  return new X509Certificate(leaf ?? '').toString();
}
