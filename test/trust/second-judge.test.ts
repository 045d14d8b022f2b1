// Where the second judge is known to be wrong, and what both judges say of certificates that are not
// usual. Decision 0009 has the list.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { ATTESTATION } from '../../src/evidence/layout.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import { OwnJudge } from '../../src/trust/judge/own-judge.ts';
import type { Judgement } from '../../src/trust/judgement.ts';
import { LibraryJudge } from '../../src/trust/library/library-judge.ts';
import { questionOf } from '../../src/trust/library/question.ts';
import { parseTrustedRoot } from '../../src/trust/parse-trusted-root.ts';
import { parseSigstoreBundle } from '../../src/trust/sigstore-bundle.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import {
  EMAIL,
  Forge,
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  edited,
  encode,
  ephemeralKeys,
  issuerExtensions,
  nameExtension,
  type BundleJson,
  type RootJson,
  type Signing,
  YEAR,
} from './forge.ts';
import { MAY_CERTIFY, authority, certify, ec, ed25519, purposes, rsa } from './odd-certificate.ts';
import { stamp, stampingChain, type Token } from './odd-timestamp.ts';

const forge = new Forge();
const { codeSigning } = x509.EXTENDED_KEY_USAGE;
const VALIDITY = { notBefore: SIGNED_AT, notAfter: new Date(SIGNED_AT.getTime() + 600_000) };
const USER = x509.extension(
  '2.5.29.17',
  der.sequence(
    der.explicit(0, der.oid('1.3.6.1.4.1.57264.1.7'), der.explicit(0, der.utf8String('alice!x'))),
  ),
  true,
);

/** A bundle that our own judge accepts, and the root for it. */
interface Case {
  readonly bundle: BundleJson;
  readonly root?: RootJson;
  readonly allowMissingSct?: boolean;
}

function withTokens(tokens: readonly Token[], keys = ec('P-256')): Case {
  const chain = stampingChain({ leaf: { keys } });
  const good = forge.sign({ rekor: 2 });
  const signature = Buffer.from(good.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
  const bundle = edited(good, ({ verificationMaterial }) => {
    verificationMaterial.timestampVerificationData = {
      rfc3161Timestamps: tokens.map((token) => ({
        signedTimestamp: stamp(chain.leaf, signature, token).toString('base64'),
      })),
    };
  });
  const root = edited(forge.root, ({ timestampAuthorities: [first] }) => {
    const certificates = chain.certificates.map((raw) => ({ rawBytes: raw.toString('base64') }));
    first?.certChain.certificates.splice(0, 2, ...certificates);
  });
  return { bundle, root };
}

function signed(signing: Signing): Case {
  return { bundle: forge.sign(signing) };
}

/** By an authority with RSA keys, in a Sigstore without a certificate log. */
function underRsa(): Case {
  const name = x509.distinguishedName('rsa.test', 'RSA');
  const extensions = [MAY_CERTIFY, authority(0), purposes([codeSigning])];
  const issuer = certify({ keys: rsa(2048), name, validity: YEAR, extensions, rsaHash: 'sha384' });
  const keys = ephemeralKeys();
  const leaf = certify(
    {
      keys,
      name: x509.EMPTY_NAME,
      validity: VALIDITY,
      rsaHash: 'sha384',
      extensions: [
        x509.digitalSignatureExtension(),
        purposes([codeSigning]),
        nameExtension([EMAIL, IDENTITY]),
        ...issuerExtensions(ISSUER, ISSUER),
      ],
    },
    issuer,
  );
  const root = edited(forge.root, (copy) => {
    copy.ctlogs = [];
    const [first] = copy.certificateAuthorities;
    if (first === undefined) throw new TypeError('no authority');
    first.certChain.certificates = [{ rawBytes: issuer.der.toString('base64') }];
  });
  return { bundle: forge.sign({ keys, certificate: leaf.der }), root, allowMissingSct: true };
}

const CASES: Readonly<Record<string, () => Case>> = {
  "the signer's key signs with SHA-384": () => signed({ rekor: 2, keys: ec('P-384') }),
  'a timestamp with a fraction that is not three digits': () =>
    withTokens([{ genTime: '20260601120000.5Z' }]),
  'a timestamp that RSA signed with SHA-384 or SHA-512': () =>
    withTokens([{ hash: 'sha512' }], rsa(2048)),
  'two timestamps of one authority and one second': () =>
    withTokens([{ serial: 1 }, { serial: 2 }]),
  'a name of the kind otherName': () =>
    signed({ extensions: (u) => [u.usage, u.purpose, USER, ...u.issuers] }),
};

/** What our own judge finds, and what the library says if it is asked about everything. */
function judged({ bundle, root = forge.root, allowMissingSct = false }: Case): {
  readonly judgement: Judgement;
  readonly asked: string;
  readonly whole: string;
} {
  const parsedRoot = parseTrustedRoot(encode(root), 'root.json');
  const parsed = parseSigstoreBundle(encode(bundle), ATTESTATION);
  const rules = { publicKeys: [], allowMissingSct, requireLog: true };
  const judgement = new OwnJudge(parsedRoot).judge(parsed, rules);
  const library = new LibraryJudge(parsedRoot);
  const material = {
    publicKey: judgement.publicKey,
    artifact: undefined,
    allowMissingSct,
    requireLog: true,
  };
  const question = questionOf(parsed, judgement, false);
  const say = (verdict: ReturnType<LibraryJudge['judge']>): string =>
    'refused' in verdict ? 'refused' : `${verdict.subject} by ${verdict.issuer}`;
  const whole = {
    ...question,
    timestamps: parsed.timestamps,
    times: [],
    signature: true,
    subject: true,
  };
  return {
    judgement,
    asked: say(library.judge(question, material)),
    whole: say(library.judge(whole, material)),
  };
}

describe('the closed list of decision 0009', () => {
  it.each(Object.entries(CASES))('%s: one judge judges all, the other the rest', (_, make) => {
    const one = make();
    const { root = forge.root, allowMissingSct } = one;
    const trust = sigstoreTrust(encode(root), 'root.json', { allowMissingSct });
    const proof = trust.verify(encode(one.bundle), ATTESTATION);
    expect(proof.oneJudge).toMatch(/^the second judge /);
    const { asked } = judged(one);
    expect(asked).not.toBe('refused');
  });

  it.each(Object.entries(CASES))('%s: the library is still wrong if it is asked all', (_, make) => {
    const { whole, judgement } = judged(make());
    const { signer } = judgement.proof;
    const right = 'subject' in signer ? `${signer.subject} by ${signer.issuer}` : '';
    expect(whole).not.toBe(right);
  });

  it('stands in the decision, row by row', () => {
    const path = join(import.meta.dirname, '../../docs/decisions/0009-two-judges.md');
    const [, table = ''] = readFileSync(path, 'utf8').split('## What the library is not asked');
    const [rows = ''] = table.split('\n## ');
    for (const name of Object.keys(CASES)) expect(rows).toContain(`| ${name} `);
    expect(rows.match(/^\| [a-z]/gm)).toHaveLength(Object.keys(CASES).length + 1);
  });

  it('is not asked for: two judges judge what is usual', () => {
    for (const signing of [{}, { timestamp: true }, { rekor: 2 as const }]) {
      const proof = sigstoreTrust(encode(forge.root), 'root.json').verify(
        encode(forge.sign(signing)),
        ATTESTATION,
      );
      expect(proof.oneJudge).toBeUndefined();
    }
  });
});

describe('both judges take a certificate', () => {
  it.each<[string, () => Case]>([
    ['of P-384', () => signed({ rekor: 2, keys: ec('P-384') })],
    ['of Ed25519', () => signed({ keys: ed25519() })],
    ['of RSA 2048', () => signed({ keys: rsa(2048) })],
    ['that the root itself issued', () => signed({ issuer: 'root' })],
    ['of an authority with RSA, where there is no certificate log', underRsa],
  ])('%s', (_, make) => {
    const { bundle, root = forge.root, allowMissingSct } = make();
    for (const judge of ['both', 'own'] as const) {
      const trust = sigstoreTrust(encode(root), 'root.json', { judge, allowMissingSct });
      expect(trust.verify(encode(bundle), ATTESTATION).weakened).toEqual(
        allowMissingSct === true ? ['--allow-missing-sct'] : [],
      );
      expect(trust.weakened).toEqual(judge === 'own' ? ['--judge own'] : []);
    }
  });
});
