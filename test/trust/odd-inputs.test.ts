// Certificates, roots and entries that are legal or nearly so, and that made a judge break or err.
import { createHash, randomBytes, sign } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { ATTESTATION } from '../../src/evidence/layout.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import type { Proof } from '../../src/trust/trust.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';
import {
  Forge,
  edited,
  encode,
  ephemeralKeys,
  type BundleJson,
  type RootJson,
  YEAR,
} from './forge.ts';
import { bothWays, judgesUnder } from './judges.ts';
import { MAY_CERTIFY, authority, certify, ec, purposes } from './odd-certificate.ts';
import { stamp, stampingChain } from './odd-timestamp.ts';

const FILE = 'attestation.intoto.jsonl';
const CERTIFICATE = `CERTIFICATE_INVALID ${FILE}#/verificationMaterial/certificate/rawBytes`;
const forge = new Forge();

function proofOf(bundle: BundleJson, root: RootJson = forge.root): Proof {
  return bothWays(encode(root), 'root.json').verify(encode(bundle), ATTESTATION);
}

describe('a trusted root', () => {
  it.each(['certificateAuthorities', 'timestampAuthorities'] as const)(
    'may have a certificate without a subject among its %s',
    (list) => {
      const name = x509.distinguishedName('o', 'r');
      const above = certify({
        keys: ec('P-384'),
        name,
        validity: YEAR,
        extensions: [authority(1), MAY_CERTIFY],
      });
      const usage = [x509.digitalSignatureExtension(), purposes([TIME_STAMPING], true)];
      const wanted = { name: x509.EMPTY_NAME, validity: YEAR, extensions: usage };
      const nameless = certify({ keys: ec('P-384'), ...wanted }, above);
      const root = edited(forge.root, (copy) => {
        const [first] = copy[list];
        if (first === undefined) throw new TypeError('no authority');
        const certificates = [nameless, above].map(({ der: raw }) => ({
          rawBytes: raw.toString('base64'),
        }));
        copy[list].unshift({ ...structuredClone(first), certChain: { certificates } });
      });
      expect(judgesUnder(root)(forge.sign())).toBe('verified');
    },
  );

  it('that lists a certificate log with a key of another kind lists one', () => {
    const without = forge.sign({ withoutSct: true });
    const root = edited(forge.root, ({ ctlogs: [log] }) => {
      if (log === undefined) throw new TypeError('no log');
      log.publicKey.keyDetails = 'PKIX_ECDSA_P384_SHA_384';
    });
    const trust = sigstoreTrust(encode(root), 'root.json', { allowMissingSct: true });
    const refusal = refusalOf(() => trust.verify(encode(without), ATTESTATION));
    expect(`${refusal?.code} ${refusal?.at}`).toBe(CERTIFICATE);
  });

  it('may begin within a second, in which a timestamp is', () => {
    const chain = stampingChain();
    const root = edited(forge.root, (copy) => {
      const [stamping] = copy.timestampAuthorities;
      const certificates = chain.certificates.map((raw) => ({ rawBytes: raw.toString('base64') }));
      stamping?.certChain.certificates.splice(0, 2, ...certificates);
      for (const { validFor } of copy.certificateAuthorities) {
        validFor.start = '2026-06-01T12:00:00.300Z';
      }
    });
    const good = forge.sign({ rekor: 2 });
    const signature = Buffer.from(good.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
    const stampedAt = (genTime: string): string =>
      judgesUnder(root)(
        edited(good, ({ verificationMaterial }) => {
          const token = stamp(chain.leaf, signature, { genTime });
          verificationMaterial.timestampVerificationData = {
            rfc3161Timestamps: [{ signedTimestamp: token.toString('base64') }],
          };
        }),
      );
    expect(stampedAt('20260601120000.5Z')).toBe('verified');
    expect(stampedAt('20260601120000.2Z')).toBe(CERTIFICATE);
  });
});

const TIME_STAMPING = x509.EXTENDED_KEY_USAGE.timeStamping;

describe('a certificate', () => {
  it('with dates that no calendar has is refused', () => {
    const keys = ephemeralKeys();
    const { keys: issuer, name } = forge.authority.intermediate;
    const algorithm = x509.signatureAlgorithm(issuer.privateKey);
    const date = Buffer.concat([Buffer.of(0x17, 13), Buffer.from('999999999999Z')]);
    const tbs = der.sequence(
      der.explicit(0, der.integer(2)),
      der.unsignedInteger(randomBytes(16)),
      algorithm,
      name,
      der.sequence(date, date),
      x509.EMPTY_NAME,
      x509.spkiOf(keys.publicKey),
      der.explicit(3, der.sequence(...leafExtensions())),
    );
    const certificate = der.sequence(tbs, algorithm, der.bitString(randomBytes(96)));
    expect(judgesUnder(forge.root)(forge.sign({ keys, certificate }))).toBe(CERTIFICATE);
    const trust = sigstoreTrust(encode(forge.root), 'root.json');
    const refusal = refusalOf(() => trust.verifyCertificate(certificate));
    expect(refusal?.code).toBe('CERTIFICATE_INVALID');
  });

  it('with more extensions than any has is refused', () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      x509.extension(`1.3.6.1.4.1.99999.${index}`, der.nullValue()),
    );
    const bundle = forge.sign({
      extensions: (u) => [u.usage, u.purpose, u.name, ...u.issuers, ...many],
    });
    expect(judgesUnder(forge.root)(bundle)).toBe(CERTIFICATE);
  });

  it.each([
    ['that is not ASCII', der.utf8String('refs/heads/f\u00F6\u00F6'), 'refs/heads/f\u00F6\u00F6'],
    ['that is empty', der.utf8String(''), undefined],
    ['that is no UTF-8', Buffer.of(0x0c, 1, 0xff), undefined],
  ])('may have a claim %s', (_, value, expected) => {
    const claim = x509.extension('1.3.6.1.4.1.57264.1.14', value);
    const { signer } = proofOf(
      forge.sign({ extensions: (u) => [u.usage, u.purpose, u.name, ...u.issuers, claim] }),
    );
    expect('claims' in signer && signer.claims.sourceRepositoryRef).toBe(expected);
  });

  function leafExtensions(): readonly Buffer[] {
    return [
      x509.digitalSignatureExtension(),
      purposes([x509.EXTENDED_KEY_USAGE.codeSigning]),
      x509.extension('2.5.29.17', der.sequence(der.implicit(1, Buffer.from('a@b.c'))), true),
      x509.extension('1.3.6.1.4.1.57264.1.8', der.utf8String('https://i')),
    ];
  }
});

describe('a log entry', () => {
  it.each(['253402300800', '8640000000001', '9007199254740991'])(
    'at the second %s is refused, whoever promised it',
    (seconds) => {
      const keys = ec('P-256');
      const spki = x509.spkiOf(keys.publicKey);
      const id = createHash('sha256').update(spki).digest();
      const root = edited(forge.root, ({ tlogs: [log] }) => {
        if (log === undefined) throw new TypeError('no log');
        log.publicKey.rawBytes = spki.toString('base64');
        log.logId.keyId = id.toString('base64');
      });
      const bundle = edited(forge.sign(), ({ verificationMaterial: { tlogEntries } }) => {
        for (const entry of tlogEntries) {
          entry.logId.keyId = id.toString('base64');
          entry.integratedTime = seconds;
          const promised = `{"body":"${entry.canonicalizedBody}","integratedTime":${seconds},"logID":"${id.toString('hex')}","logIndex":${entry.logIndex}}`;
          const promise = sign('sha256', Buffer.from(promised), keys.privateKey);
          entry.inclusionPromise = { signedEntryTimestamp: promise.toString('base64') };
        }
      });
      expect(judgesUnder(root)(bundle)).toBe(
        `SIGSTORE_BUNDLE_INVALID ${FILE}#/verificationMaterial/tlogEntries/0/integratedTime`,
      );
    },
  );
});

describe('a message signature', () => {
  it('without its file is refused, and not an error of the caller', () => {
    const { verificationMaterial, mediaType, dsseEnvelope } = forge.sign();
    const [{ sig } = { sig: '' }] = dsseEnvelope.signatures;
    const bundle = { mediaType, verificationMaterial, messageSignature: { signature: sig } };
    const trust = sigstoreTrust(encode(forge.root), 'root.json');
    const refusal = refusalOf(() => trust.verifyAny(encode(bundle), ATTESTATION));
    expect(`${refusal?.code} ${refusal?.at}`).toBe(
      `SIGSTORE_BUNDLE_INVALID ${FILE}#/messageSignature/signature`,
    );
  });
});
