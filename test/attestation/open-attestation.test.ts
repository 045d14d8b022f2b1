import { describe, expect, it } from 'vitest';

import { CheckLog } from '../../src/attestation/check-log.ts';
import type { Outcome } from '../../src/attestation/check-log.ts';
import { onlySigner, openAttestation } from '../../src/attestation/open-attestation.ts';
import type { Attestation, Judges, Opened } from '../../src/attestation/open-attestation.ts';
import { digestOf } from '../../src/digest.ts';
import type { ReceivedStatement } from '../../src/statement/statement.ts';
import { encodeStatement } from '../../src/statement/statement.ts';
import type { AttestationFile } from '../../src/trust/trust.ts';
import { SIGNED_AT, SIGNER, fakeBundle, fakeTrust } from './fake-trust.ts';
import { errorWith, faultWith } from './faults.ts';

const TYPE = 'https://example.com/predicate/v1';
const CHECKS = ['signed', 'allowed', 'stated'] as const;
const FILE: AttestationFile = { name: 'model.sig', maxBytes: 1000 };
const OTHER = { ...SIGNER, subject: 'mallory@example.com' };

function statement(name: string): Uint8Array {
  const subjects = [{ name, digest: digestOf(name) }];
  return encodeStatement({ subjects, predicateType: TYPE, predicate: {} });
}

const ONE = statement('one');

/** A signed attestation without a copy, by the signer who is expected; a test changes one thing. */
const ATTESTATION: Attestation<(typeof CHECKS)[number]> = {
  file: FILE,
  bytes: fakeBundle(ONE),
  copy: undefined,
  statement: { file: 'model.json', predicateTypes: [TYPE], hint: 'sign it again' },
  checks: { signature: 'signed', signer: 'allowed', statement: 'stated' },
};
const JUDGES: Judges = { trust: fakeTrust(), policy: { signers: [SIGNER] } };

function nameOf({ subjects }: ReceivedStatement): Outcome<string> {
  return { value: subjects[0]?.name ?? '', found: 'a statement', expected: 'one' };
}

interface Open {
  readonly attestation?: Partial<Attestation<(typeof CHECKS)[number]>>;
  readonly judges?: Partial<Judges>;
  readonly read?: (received: ReceivedStatement) => Outcome<string>;
}

function open({ attestation, judges, read = nameOf }: Open = {}) {
  const log = new CheckLog(CHECKS);
  const opened: Opened<string> = openAttestation(
    log,
    { ...ATTESTATION, ...attestation },
    { ...JUDGES, ...judges },
    read,
  );
  const checks = log.results().map(({ name, outcome, faults }) => {
    const [fault] = faults;
    return fault === undefined ? `${name} ${outcome}` : `${name} ${outcome} ${fault.code}`;
  });
  return { ...opened, state: opened.signature.state, checks, results: log.results() };
}

describe('an attestation', () => {
  it('gives its statement and who signed it', () => {
    const opened = open();
    expect(opened.checks).toEqual(['signed passed', 'allowed passed', 'stated passed']);
    expect(opened.statement).toBe('one');
    expect(opened.signature).toMatchObject({
      state: 'verified',
      proof: { signer: SIGNER, signedAt: SIGNED_AT },
    });
  });

  it('is judged with its own name and limit', () => {
    const asked: unknown[] = [];
    const fake = fakeTrust();
    const trust = {
      root: fake.root,
      verify: (bytes: Uint8Array, file: AttestationFile) => {
        asked.push([bytes, file]);
        return fake.verify(bytes, file);
      },
    };
    open({ judges: { trust } });
    expect(asked).toEqual([[ATTESTATION.bytes, FILE]]);
  });

  it('that is not there leaves three checks open, and no statement', () => {
    const opened = open({ attestation: { bytes: undefined } });
    expect(opened.checks).toEqual([
      'signed skipped UNSIGNED',
      'allowed skipped UNSIGNED',
      'stated skipped UNSIGNED',
    ]);
    expect([opened.signature, opened.statement]).toEqual([{ state: 'absent' }, undefined]);
    expect(opened.results[0]?.faults[0]?.at).toBe(FILE.name);
  });

  it('that is not there leaves the statement to its copy, which is read by the same rules', () => {
    const opened = open({ attestation: { bytes: undefined, copy: ONE } });
    expect(opened.checks).toEqual([
      'signed skipped UNSIGNED',
      'allowed skipped UNSIGNED',
      'stated passed',
    ]);
    expect([opened.state, opened.statement]).toEqual(['absent', 'one']);
    const rules = { ...ATTESTATION.statement, predicateTypes: ['other'] };
    const refused = open({ attestation: { bytes: undefined, copy: ONE, statement: rules } });
    expect(refused.checks[2]).toBe('stated failed PREDICATE_TYPE_UNKNOWN');
  });

  it('that does not verify ends the line: not even the copy is read', () => {
    const bytes = Buffer.from('nothing signed');
    for (const policy of [JUDGES.policy, undefined]) {
      const opened = open({ attestation: { bytes, copy: ONE }, judges: { policy } });
      expect(opened.checks).toEqual([
        'signed failed SIGNATURE_INVALID',
        'allowed not-reached',
        'stated not-reached',
      ]);
      expect([opened.state, opened.statement]).toEqual(['not-verified', undefined]);
    }
  });

  it('that is empty is not one that is absent', () => {
    const opened = open({ attestation: { bytes: new Uint8Array(), copy: ONE } });
    expect(opened.checks[0]).toBe('signed failed SIGNATURE_INVALID');
  });

  it('whose signer nobody named is read, and says how to name the signer', () => {
    const foreign = { subject: 'a b\u202E', issuer: 'https://issuer' };
    const bytes = fakeBundle(ONE, { signer: foreign });
    const opened = open({ attestation: { bytes }, judges: { policy: undefined } });
    expect(opened.checks).toEqual([
      'signed passed',
      'allowed skipped SIGNER_NOT_PINNED',
      'stated passed',
    ]);
    expect([opened.state, opened.statement]).toEqual(['verified', 'one']);
    const [fault] = opened.results[1]?.faults ?? [];
    expect(fault?.hint).toContain(String.raw`--certificate-identity "a b\u202e"`);
    expect(fault?.hint).toContain('--certificate-oidc-issuer "https://issuer"');
  });

  it('whose signer is not allowed is read, and names both', () => {
    const signers = [SIGNER, { ...SIGNER, subject: 'cd@example.com' }];
    const opened = open({
      attestation: { bytes: fakeBundle(ONE, { signer: OTHER }) },
      judges: { policy: { signers } },
    });
    expect(opened.checks).toEqual([
      'signed passed',
      'allowed failed SIGNER_NOT_ALLOWED',
      'stated passed',
    ]);
    expect([opened.state, opened.statement]).toEqual(['verified', 'one']);
    const [fault] = opened.results[1]?.faults ?? [];
    expect(fault).toMatchObject({
      at: FILE.name,
      found: '"mallory@example.com" (issuer "https://issuer.example.com")',
    });
    expect(fault?.expected).toMatch(/^"ci@example\.com" .*, or "cd@example\.com" /);
  });

  it('is of nobody under a policy that names nobody', () => {
    expect(open({ judges: { policy: { signers: [] } } }).checks[1]).toBe(
      'allowed failed SIGNER_NOT_ALLOWED',
    );
  });
});

describe('the statement of an attestation', () => {
  it('may lie beside it, if it is the same to the byte', () => {
    expect(open({ attestation: { copy: Buffer.from(ONE) } }).checks[2]).toBe('stated passed');
  });

  it.each([
    ['another one', statement('two')],
    ['the same with one more line break', Buffer.concat([ONE, Buffer.from('\n')])],
    ['nothing', new Uint8Array()],
  ])('fails beside %s, and has no value', (_, copy) => {
    const opened = open({ attestation: { copy } });
    expect(opened.checks).toEqual([
      'signed passed',
      'allowed passed',
      'stated failed STATEMENT_DIFFERS',
    ]);
    expect(opened.statement).toBeUndefined();
    expect(opened.results[2]?.faults).toMatchObject([
      { at: 'model.json', found: digestOf(copy), expected: `${digestOf(ONE)}, which was signed` },
    ]);
  });

  it('is what was signed, never the copy', () => {
    const names: string[] = [];
    const read = (received: ReceivedStatement) => {
      names.push(nameOf(received).value);
      return nameOf(received);
    };
    open({ attestation: { copy: statement('two') }, read });
    expect(names).toEqual(['one']);
  });

  it('fails with what its kind finds, after a copy that differs', () => {
    const faults = [faultWith('FILE_MISSING')];
    const read = (received: ReceivedStatement) => ({ ...nameOf(received), faults });
    expect(open({ read })).toMatchObject({
      checks: ['signed passed', 'allowed passed', 'stated failed FILE_MISSING'],
      statement: undefined,
    });
    const both = open({ read, attestation: { copy: statement('two') } });
    expect(both.results[2]?.faults.map(({ code }) => code)).toEqual([
      'STATEMENT_DIFFERS',
      'FILE_MISSING',
    ]);
  });

  it('fails with what its kind refuses', () => {
    const read = () => {
      throw errorWith('FIELD_MISSING');
    };
    expect(open({ read }).checks[2]).toBe('stated failed FIELD_MISSING');
  });

  it('is no statement if something else was signed', () => {
    const bytes = fakeBundle(Buffer.from('{"_type":"other"}'));
    expect(open({ attestation: { bytes } }).checks[2]).toBe('stated failed STATEMENT_INVALID');
    const empty = fakeBundle(new Uint8Array());
    expect(open({ attestation: { bytes: empty } }).checks[2]).toBe(
      'stated failed DOCUMENT_INVALID',
    );
  });
});

it('a bug is never a verdict', () => {
  const bug = new TypeError('bug');
  const fail = () => {
    throw bug;
  };
  expect(() => open({ read: fail })).toThrow(bug);
  expect(() => open({ judges: { trust: { ...fakeTrust(), verify: fail } } })).toThrow(bug);
});

describe('onlySigner', () => {
  it('allows whoever made this signature, allowed or not', () => {
    const { signature } = open({ attestation: { bytes: fakeBundle(ONE, { signer: OTHER }) } });
    expect(onlySigner(signature)).toEqual({ signers: [OTHER] });
  });

  it.each([undefined, Buffer.from('nothing signed')])(
    'names nobody without a signature that verifies: then nobody is pinned',
    (bytes) => {
      expect(onlySigner(open({ attestation: { bytes } }).signature)).toBeUndefined();
    },
  );
});
