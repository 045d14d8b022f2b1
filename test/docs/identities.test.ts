// Every identity of docs/guides/identities.md is put into a certificate, and judged by the policy beside it.
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { decodeJson } from '../../src/document/json.ts';
import { ObjectReader } from '../../src/document/object-reader.ts';
import { judgeSigner } from '../../src/policy/judge-signer.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { extension } from '../../src/sandbox/certificate.ts';
import { parseLeafCertificate } from '../../src/trust/judge/leaf-certificate.ts';
import type { Identity } from '../../src/trust/trust.ts';
import { JUDGED, proofOf } from '../policy/proofs.ts';
import { EMAIL, Forge, URI, issuerExtensions, nameExtension } from '../trust/forge.ts';
import { read, sectionsOf } from './repository.ts';

const guide = read('docs/guides/identities.md');
const forge = new Forge();

/** The claims by their numbers in https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
const ARCS: readonly (readonly [claim: keyof Identity['claims'], arc: number])[] = [
  ['runnerEnvironment', 11],
  ['sourceRepositoryUri', 12],
  ['sourceRepositoryRef', 14],
  ['sourceRepositoryId', 15],
  ['sourceRepositoryOwnerId', 17],
  ['buildTrigger', 20],
];

const EXAMPLES = sectionsOf(guide).flatMap(({ heading, body }) => {
  const [certificate, policy] = [...body.matchAll(/^```json\n(.*?)^```/gms)].map(
    ([, json = '']) => json,
  );
  return certificate === undefined || policy === undefined
    ? []
    : [{ heading, certificate, policy }];
});

function signerOf(certificate: string): Identity {
  const whole = new ObjectReader(decodeJson(Buffer.from(certificate), 'guide'), 'guide');
  const signer = whole.object('signer');
  const says = whole.object('certificate');
  const type = says.string('type');
  if (type !== 'uri' && type !== 'email' && type !== 'other') throw new Error(type);
  const claims = Object.fromEntries(ARCS.map(([claim]) => [claim, says.optionalString(claim)]));
  says.end();
  return { type, subject: signer.string('identity'), issuer: signer.string('issuer'), claims };
}

/** What our judge reads in a certificate of this signer. */
function certified({ type, subject, issuer, claims }: Identity): Identity {
  const { verificationMaterial } = forge.sign({
    extensions: ({ usage, purpose }) => [
      usage,
      purpose,
      nameOf(type, subject),
      ...issuerExtensions(issuer, issuer),
      ...ARCS.flatMap(([claim, arc]) => claimExtension(arc, claims[claim])),
    ],
  });
  const bytes = Buffer.from(verificationMaterial.certificate?.rawBytes ?? '', 'base64');
  const place = { code: 'CERTIFICATE_INVALID', at: 'guide', hint: '' } as const;
  return parseLeafCertificate(bytes, place).signer;
}

function nameOf(type: Identity['type'], subject: string): Buffer {
  if (type !== 'other') return nameExtension([type === 'uri' ? URI : EMAIL, subject]);
  const value = der.explicit(0, der.utf8String(subject));
  const name = der.explicit(0, Buffer.concat([der.oid('1.3.6.1.4.1.57264.1.7'), value]));
  return extension('2.5.29.17', der.sequence(name), true);
}

function claimExtension(arc: number, value: string | undefined): readonly Buffer[] {
  if (value === undefined) return [];
  return [extension(`1.3.6.1.4.1.57264.1.${arc}`, der.utf8String(value))];
}

function codesOf(policy: string, signer: Identity): readonly string[] {
  const parsed = parsePolicy(Buffer.from(policy), 'p.json');
  const judged = { ...JUDGED, name: 'h100-eks-ubuntu-training-kubeflow' };
  return judgeSigner(parsed, proofOf(certified(signer)), judged).faults.map(({ code }) => code);
}

/** Other signers, each different in one thing from this one. */
function neighboursOf(signer: Identity): readonly (readonly [string, Identity])[] {
  const { type, subject, issuer, claims } = signer;
  const [domain = ''] = /[^/@!]+$/.exec(subject) ?? [];
  return [
    ['issuer', { ...signer, issuer: `${issuer}/` }],
    ['issuer in capitals', { ...signer, issuer: issuer.toUpperCase() }],
    ['end', { ...signer, subject: `${subject}@x` }],
    ['beginning', { ...signer, subject: `x${subject}` }],
    ['case', { ...signer, subject: subject.replace(/[a-z](?=[^a-z]|$)/, (a) => a.toUpperCase()) }],
    ['dot', { ...signer, subject: subject.replace('.', 'x') }],
    [
      'owner or domain',
      { ...signer, subject: subject.replace(type === 'uri' ? 'om/' : domain, 'om/x') },
    ],
    type === 'other'
      ? ['type', { ...signer, type: 'email' }]
      : ['type', { ...signer, type: 'other' }],
    ...Object.keys(claims)
      .filter((claim) => guide.includes(`"${claim}"`))
      .map((claim) => [claim, { ...signer, claims: { ...claims, [claim]: 'other' } }] as const),
  ];
}

describe('docs/guides/identities.md', () => {
  it('has an identity and a policy for each service', () => {
    const headings = EXAMPLES.map(({ heading }) => heading).join(', ');
    for (const service of ['GitHub', 'reusable', 'GitLab', 'Google', 'e-mail', 'user name']) {
      expect(headings).toContain(service);
    }
  });

  it.each(EXAMPLES)('$heading: the policy allows the certificate', ({ certificate, policy }) => {
    const signer = signerOf(certificate);
    expect(certified(signer)).toEqual(signer);
    expect(codesOf(policy, signer)).toEqual([]);
  });

  it.each(EXAMPLES)('$heading: and no certificate that differs in one thing', (example) => {
    const { certificate, policy } = example;
    const signer = signerOf(certificate);
    for (const [what, other] of neighboursOf(signer)) {
      expect([what, other]).not.toEqual([what, signer]);
      const isClaim = what in signer.claims;
      const isAllowed = isClaim && !policy.includes(`"${what}"`);
      expect([what, codesOf(policy, other)]).toEqual([
        what,
        isAllowed ? [] : ['SIGNER_NOT_ALLOWED'],
      ]);
    }
  });
});
