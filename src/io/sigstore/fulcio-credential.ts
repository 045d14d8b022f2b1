// Fulcio's API: https://github.com/sigstore/fulcio/blob/main/fulcio.proto

import { X509Certificate, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { Credential } from '../../sign/credential.ts';
import type { IdentityToken } from '../../sign/identity-token.ts';
import { postJson } from '../http/client.ts';
import { requestFrom } from './service-request.ts';

/** Signs with a new key each time, which a certificate authority certifies for the token's owner. */
export function fulcioCredential(authorityUrl: string, token: IdentityToken): Credential {
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
      const der = await requestFrom(request, parseCertificate);
      return {
        signature: sign('sha256', data, privateKey),
        verifier: { type: 'certificate', der },
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

/** The first certificate of the chain, in DER; the others are in the trusted root. */
function parseCertificate(body: Buffer): Buffer {
  const reader = new ObjectReader(decodeJson(body, 'answer'), 'answer');
  const certificate =
    reader.optionalObject('signedCertificateEmbeddedSct') ??
    reader.object('signedCertificateDetachedSct');
  const [leaf] = certificate.object('chain').list('certificates', String);
  return new X509Certificate(leaf ?? '').raw;
}
