import { describe, expect, it } from 'vitest';

import type { ReceivedFiles } from '../../src/archive/entry.ts';
import { CheckLog, type Outcome } from '../../src/attestation/check-log.ts';
import { checkSameSigner, checkSigner } from '../../src/attestation/check-signer.ts';
import type { AttestationSlot } from '../../src/attestation/kind.ts';
import type { Signature } from '../../src/attestation/kind.ts';
import { openAttestation } from '../../src/attestation/open-attestation.ts';
import { isBundlePath } from '../../src/bundle-path.ts';
import { digestOf } from '../../src/digest.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { commandLine } from '../../src/shell-words.ts';
import { encodeStatement, type ReceivedStatement } from '../../src/statement/statement.ts';
import type { DocumentFile } from '../../src/trust/message-reader.ts';
import type { Trust } from '../../src/trust/trust.ts';
import { SIGNED_AT, SIGNER, fakeBundle, fakeTrust } from './fake-trust.ts';
import { errorWith, faultWith } from './faults.ts';

const TYPE = 'https://example.com/predicate/v1';
const CHECKS = ['signed', 'allowed', 'stated'] as const;
const FILE: DocumentFile = { name: 'model.sig', maxBytes: 1000 };
const COPY = 'model.json';
const OTHER = { ...SIGNER, subject: 'mallory@example.com' };
const GARBAGE = Buffer.from('nothing signed');

function statement(name: string): Uint8Array {
  const subjects = [{ name, digest: digestOf(name) }];
  return encodeStatement({ subjects, predicateType: TYPE, predicate: {} });
}

const ONE = statement('one');

type Slot = AttestationSlot<(typeof CHECKS)[number], string>;

const SLOT: Slot = {
  file: FILE,
  from: 'outside',
  copy: COPY,
  statement: {
    file: COPY,
    predicateTypes: [TYPE],
    subjects: 'exactly one',
    hint: 'sign it again',
  },
  checks: { signature: 'signed', signer: 'allowed', statement: 'stated' },
  read: nameOf,
};

function nameOf({ subjects: [subject] }: ReceivedStatement): Outcome<string> {
  return { value: subject.name, found: 'a statement', expected: 'one', faults: [] };
}

interface Given {
  readonly bytes: Uint8Array | undefined;
  /** The statement that lies beside it. */
  readonly copy: Uint8Array | undefined;
  readonly trust: Trust;
  readonly rule: { readonly policy: Policy | undefined } | { readonly sameAs: Signature };
  readonly slot: Partial<Slot>;
}

/** A signed attestation without a copy, by the signer who is expected; a test changes one thing. */
const GIVEN: Given = {
  bytes: fakeBundle(ONE),
  copy: undefined,
  trust: fakeTrust(),
  rule: { policy: { signers: [SIGNER] } },
  slot: {},
};

function received(name: string, bytes: Uint8Array | undefined): ReceivedFiles {
  if (!isBundlePath(name)) throw new Error(`not a bundle path: ${name}`);
  if (bytes === undefined) return new Map();
  return new Map([[name, { path: name, size: bytes.length, digest: digestOf(bytes), bytes }]]);
}

function open(change: Partial<Given> = {}) {
  const { bytes, copy, trust, rule, slot: changed } = { ...GIVEN, ...change };
  const slot = { ...SLOT, ...changed };
  const isInside = slot.from === 'archive';
  const inside = received(FILE.name, isInside ? bytes : undefined);
  const files = new Map([...inside, ...received(COPY, copy)]);
  const outside = new Map(bytes === undefined || isInside ? [] : [[FILE.name, bytes]]);
  const log = new CheckLog(CHECKS);
  const opened = openAttestation(log, slot, { files, outside }, trust);
  const { signature } = opened;
  const rest = { policy: undefined, name: undefined, now: undefined };
  if ('policy' in rule) checkSigner(log, slot, signature, { ...rest, ...rule });
  else checkSameSigner(log, slot, signature, { ...rule, rule: rest });
  const checks = log.results().map(({ name, outcome, faults }) => {
    const [fault] = faults;
    return fault === undefined ? `${name} ${outcome}` : `${name} ${outcome} ${fault.code}`;
  });
  return { ...opened, state: opened.signature.state, checks, results: log.results() };
}

const ALL_PASSED = ['signed passed', 'allowed passed', 'stated passed'];
const ALL_UNSIGNED = [
  'signed skipped UNSIGNED',
  'allowed skipped UNSIGNED',
  'stated skipped UNSIGNED',
];

describe('an attestation', () => {
  it.each(['archive', 'outside'] as const)('gives its statement and who signed it: %s', (from) => {
    const opened = open({ slot: { from } });
    expect(opened.checks).toEqual(ALL_PASSED);
    expect(opened.statement).toBe('one');
    expect(opened.signature).toMatchObject({
      state: 'verified',
      proof: { signer: SIGNER, signedAt: SIGNED_AT },
    });
  });

  it('is looked for nowhere but where its kind has it', () => {
    const log = new CheckLog(CHECKS);
    const files = received(FILE.name, fakeBundle(ONE));
    const inside = openAttestation(log, SLOT, { files, outside: new Map() }, GIVEN.trust);
    const other = new CheckLog(CHECKS);
    const outside = new Map([[FILE.name, fakeBundle(ONE)]]);
    const slot = { ...SLOT, from: 'archive' as const };
    const beside = openAttestation(other, slot, { files: new Map(), outside }, GIVEN.trust);
    expect([inside.signature, beside.signature]).toEqual([
      { state: 'absent' },
      { state: 'absent' },
    ]);
    const rule = { policy: undefined, name: undefined, now: undefined };
    checkSigner(log, SLOT, inside.signature, rule);
    checkSigner(other, slot, beside.signature, rule);
    for (const { outcome, faults } of [...log.results(), ...other.results()]) {
      expect([outcome, faults[0]?.code]).toEqual(['skipped', 'UNSIGNED']);
    }
  });

  it('is judged with its own name and limit', () => {
    const asked: unknown[] = [];
    const fake = fakeTrust();
    const trust = {
      ...fake,
      verify: (bytes: Uint8Array, file: DocumentFile) => {
        asked.push([bytes, file]);
        return fake.verify(bytes, file);
      },
    };
    open({ trust });
    expect(asked).toEqual([[GIVEN.bytes, FILE]]);
  });

  it('that is not there leaves three checks open, and no statement', () => {
    const opened = open({ bytes: undefined });
    expect(opened.checks).toEqual(ALL_UNSIGNED);
    expect([opened.signature, opened.statement]).toEqual([{ state: 'absent' }, undefined]);
    expect(opened.results[0]?.faults[0]?.at).toBe(FILE.name);
  });

  it('that is not there leaves the statement to its copy, which is read by the same rules', () => {
    const opened = open({ bytes: undefined, copy: ONE });
    expect(opened.checks).toEqual([...ALL_UNSIGNED.slice(0, 2), 'stated passed']);
    expect([opened.state, opened.statement]).toEqual(['absent', 'one']);
    const rules = { ...SLOT.statement, predicateTypes: ['other'] };
    const refused = open({ bytes: undefined, copy: ONE, slot: { statement: rules } });
    expect(refused.checks[2]).toBe('stated failed PREDICATE_TYPE_UNKNOWN');
  });

  it('that does not verify ends the line: not even the copy is read', () => {
    for (const rule of [GIVEN.rule, { policy: undefined }, { sameAs: open().signature }]) {
      const opened = open({ bytes: GARBAGE, copy: ONE, rule });
      expect(opened.checks).toEqual([
        'signed failed SIGNATURE_INVALID',
        'allowed not-reached',
        'stated not-reached',
      ]);
      expect([opened.state, opened.statement]).toEqual(['not-verified', undefined]);
    }
  });

  it('that is empty is not one that is absent', () => {
    const opened = open({ bytes: new Uint8Array(), copy: ONE });
    expect(opened.checks[0]).toBe('signed failed SIGNATURE_INVALID');
  });
});

describe('the signer of an attestation', () => {
  it('whom nobody named: it is read, and says how to name the signer', () => {
    const foreign = { ...SIGNER, subject: 'a b\u202E', issuer: 'https://issuer' };
    const bytes = fakeBundle(ONE, { signer: foreign });
    const opened = open({ bytes, rule: { policy: undefined } });
    expect(opened.checks).toEqual([
      'signed passed',
      'allowed skipped SIGNER_NOT_PINNED',
      'stated passed',
    ]);
    expect([opened.state, opened.statement]).toEqual(['verified', 'one']);
    const [fault] = opened.results[1]?.faults ?? [];
    const flags = [
      '--certificate-identity',
      foreign.subject,
      '--certificate-oidc-issuer',
      foreign.issuer,
    ];
    expect(fault?.hint).toContain(`add ${commandLine(flags)}`);
    expect(fault?.hint).not.toContain('\u202E');
  });

  it('who is not allowed: it is read, and names both', () => {
    const signers = [SIGNER, { ...SIGNER, subject: 'cd@example.com' }];
    const bytes = fakeBundle(ONE, { signer: OTHER });
    const opened = open({ bytes, rule: { policy: { signers } } });
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

  it('is nobody under a policy that names nobody', () => {
    expect(open({ rule: { policy: { signers: [] } } }).checks[1]).toBe(
      'allowed failed SIGNER_NOT_ALLOWED',
    );
  });

  it('must be who made another signature, allowed or not', () => {
    const bytes = fakeBundle(ONE, { signer: OTHER });
    const { signature, checks } = open({ bytes });
    expect(checks[1]).toBe('allowed failed SIGNER_NOT_ALLOWED');
    const rule = { sameAs: signature };
    expect(open({ bytes, rule }).checks).toEqual(ALL_PASSED);
    const { checks: another, results } = open({ rule });
    expect(another[1]).toBe('allowed failed SIGNER_NOT_ALLOWED');
    expect(results[1]?.faults).toMatchObject([
      { at: FILE.name, expected: '"mallory@example.com" (issuer "https://issuer.example.com")' },
    ]);
  });

  it.each([undefined, GARBAGE])(
    'cannot be who made another signature if that does not verify: nobody is pinned',
    (bytes) => {
      const rule = { sameAs: open({ bytes }).signature };
      expect(open({ rule }).checks).toEqual([
        'signed passed',
        'allowed not-reached',
        'stated passed',
      ]);
      expect(open({ rule, bytes: undefined }).checks).toEqual(ALL_UNSIGNED);
    },
  );
});

it('a bug is never a verdict', () => {
  const bug = new TypeError('bug');
  const fail = () => {
    throw bug;
  };
  expect(() => open({ slot: { read: fail } })).toThrow(bug);
  expect(() => open({ trust: { ...fakeTrust(), verify: fail } })).toThrow(bug);
});

describe('the statement of an attestation', () => {
  it('may lie beside it, if it is the same to the byte', () => {
    expect(open({ copy: Buffer.from(ONE) }).checks[2]).toBe('stated passed');
  });

  it('has no copy but the one that its kind names', () => {
    const change = { copy: statement('two'), slot: { copy: undefined } };
    expect(open(change)).toMatchObject({ checks: ALL_PASSED, statement: 'one' });
    expect(open({ ...change, bytes: undefined }).checks).toEqual(ALL_UNSIGNED);
  });

  it.each([
    ['another one', statement('two')],
    ['the same with one more line break', Buffer.concat([ONE, Buffer.from('\n')])],
    ['nothing', new Uint8Array()],
  ])('fails beside %s, and has no value', (_, copy) => {
    const opened = open({ copy });
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
    const read = (parsed: ReceivedStatement) => {
      names.push(nameOf(parsed).value);
      return nameOf(parsed);
    };
    open({ copy: statement('two'), slot: { read } });
    expect(names).toEqual(['one']);
  });

  it('fails with what its kind finds, after a copy that differs', () => {
    const faults = [faultWith('FILE_MISSING')];
    const slot = { read: (parsed: ReceivedStatement) => ({ ...nameOf(parsed), faults }) };
    expect(open({ slot })).toMatchObject({
      checks: ['signed passed', 'allowed passed', 'stated failed FILE_MISSING'],
      statement: undefined,
    });
    const both = open({ slot, copy: statement('two') });
    expect(both.results[2]?.faults.map(({ code }) => code)).toEqual([
      'STATEMENT_DIFFERS',
      'FILE_MISSING',
    ]);
  });

  it('fails with what its kind refuses', () => {
    const read = () => {
      throw errorWith('FIELD_MISSING');
    };
    expect(open({ slot: { read } }).checks[2]).toBe('stated failed FIELD_MISSING');
  });

  it('is no statement if something else was signed', () => {
    const bytes = fakeBundle(Buffer.from('{"_type":"other"}'));
    expect(open({ bytes }).checks[2]).toBe('stated failed STATEMENT_INVALID');
    const empty = fakeBundle(new Uint8Array());
    expect(open({ bytes: empty }).checks[2]).toBe('stated failed DOCUMENT_INVALID');
  });
});
