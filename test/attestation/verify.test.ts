import { describe, expect, it } from 'vitest';

import type { Entry } from '../../src/archive/entry.ts';
import type { CheckLog } from '../../src/attestation/check-log.ts';
import type { Kind, Received } from '../../src/attestation/kind.ts';
import { verify, type VerifyOptions } from '../../src/attestation/verify.ts';
import type { Proof, Trust } from '../../src/trust/trust.ts';
import { FAKE_ROOT, SIGNER, fakeBundle, fakeTrust } from './fake-trust.ts';
import { errorWith, faultWith } from './faults.ts';
import { CHECKS, entriesOf, kindOf, statementOf } from './scripted-kind.ts';
import type { Check, Script, Seen } from './scripted-kind.ts';

const OTHER = { ...SIGNER, subject: 'mallory@example.com' };
const PINNED = { signers: [SIGNER] };
const GARBAGE = Buffer.from('nothing signed');
const UNSIGNED = ['skip', 'UNSIGNED'] as const;

/** The statements, of which the archive has the one and may have the other. */
const MODEL = statementOf('model');
const AUDIT = statementOf('audit');

/** What a verifier is given. */
interface Case extends Omit<VerifyOptions, 'trust' | 'tool'> {
  /** The attestation in the archive, and the one outside. */
  readonly model: Uint8Array | undefined;
  readonly audit: Uint8Array | undefined;
  readonly copies: Readonly<Record<string, Uint8Array>>;
  readonly script: Script;
  readonly kind: Partial<Kind<Check, string, Seen>>;
}

const ALL_PASSED: Case = {
  model: fakeBundle(MODEL),
  audit: fakeBundle(AUDIT),
  copies: { 'model.json': MODEL, 'audit.json': AUDIT },
  script: { time: 'passed', content: 'passed' },
  kind: {},
  policy: PINNED,
  allowUnsigned: false,
};
const NOBODY_SIGNED: Case = {
  ...ALL_PASSED,
  model: undefined,
  audit: undefined,
  script: { time: UNSIGNED, content: 'passed' },
};

const OPTIONS: VerifyOptions = {
  trust: fakeTrust(),
  policy: PINNED,
  allowUnsigned: false,
  tool: { name: 'tool', version: '1.0.0' },
};

async function judge(given: Case, entries = archiveOf(given)) {
  const { script, kind, audit, policy, now, allowUnsigned } = given;
  const outside = new Map(audit === undefined ? [] : [['audit.sig', audit]]);
  const options = { ...OPTIONS, policy, now, allowUnsigned };
  return await verify({ ...kindOf(script), ...kind }, entries, options, outside);
}

function archiveOf({ model, copies }: Case) {
  const files = Object.entries(copies);
  return entriesOf(model === undefined ? files : [...files, ['model.sig', model]]);
}

/** Every check that did not pass, with its outcome and the code of its fault. */
async function openChecks(given: Case): Promise<readonly string[]> {
  const { checks } = await judge(given);
  return checks
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ name, outcome, faults }) =>
      [name, outcome, ...faults.map(({ code }) => code)].join(' '),
    );
}

describe('the line', () => {
  it('is verified if every check of the kind has passed', async () => {
    const verification = await judge(ALL_PASSED);
    expect(verification).toMatchObject({
      verdict: 'verified',
      seen: ['audit.json', 'model.json', 'model.sig', 'model', 'audit'],
      tool: OPTIONS.tool,
      root: FAKE_ROOT,
      signature: { state: 'verified', proof: { signer: SIGNER, payload: Buffer.from(MODEL) } },
      pinned: true,
      weakened: [],
      findings: [faultWith('CHECK_SKIPPED')],
    });
    const { checks } = verification;
    expect(checks.map(({ name, outcome }) => [name, outcome])).toEqual(
      CHECKS.map((name) => [name, 'passed']),
    );
    const size = [MODEL, AUDIT, ALL_PASSED.model ?? []].reduce((sum, file) => sum + file.length, 0);
    expect(checks[0]?.found).toBe(`3 files, ${size} bytes`);
  });

  it.each(['time', 'content'] as const)(
    'is undecided if the kind forgets the check %s',
    async (name) => {
      const { [name]: forgotten, ...script } = ALL_PASSED.script;
      expect(forgotten).toBe('passed');
      const { verdict, checks } = await judge({ ...ALL_PASSED, script });
      expect([verdict, checks.find((check) => check.name === name)?.outcome]).toEqual([
        'undecided',
        'not-reached',
      ]);
    },
  );

  it.each([
    ['PHASE_NOT_GREEN', 'failed'],
    ['FILE_DIFFERS', 'invalid'],
    ['FILE_UNREADABLE', 'unjudged'],
  ] as const)('is told by one check that failed: %s is %s', async (code, verdict) => {
    for (const name of ['time', 'content'] as const) {
      const script: Script = { ...ALL_PASSED.script, [name]: ['fail', code] };
      expect((await judge({ ...ALL_PASSED, script })).verdict).toBe(verdict);
    }
  });

  it('hands the kind its log and what was received: the files, and each attestation in order', async () => {
    const asked: Received<string>[] = [];
    const recompute = (log: CheckLog<Check>, received: Received<string>) => {
      asked.push(received);
      return kindOf(ALL_PASSED.script).recompute(log, received);
    };
    await judge({ ...ALL_PASSED, audit: undefined, kind: { recompute } });
    expect(asked).toHaveLength(1);
    expect([...(asked[0]?.files.keys() ?? [])]).toEqual(['audit.json', 'model.json', 'model.sig']);
    expect(asked[0]?.opened).toMatchObject([
      { statement: 'model', signature: { state: 'verified', proof: { signer: SIGNER } } },
      { statement: 'audit', signature: { state: 'absent' } },
    ]);
  });

  const justModel = { 'model.json': MODEL };

  it.each([
    ['model', { model: GARBAGE }, 'invalid'],
    ['model', { model: fakeBundle(AUDIT) }, 'invalid'],
    ['model', { model: fakeBundle(GARBAGE) }, 'invalid'],
    ['model', { model: undefined, copies: { 'model.json': GARBAGE } }, 'invalid'],
    ['audit', { audit: GARBAGE }, 'invalid'],
    ['audit', { audit: fakeBundle(MODEL) }, 'invalid'],
    ['audit', { audit: undefined, copies: justModel }, 'undecided'],
  ] as const)(
    'ends before the kind if it cannot read the statement %s: %o',
    async (name, change, verdict) => {
      for (const allowUnsigned of [false, true]) {
        const recompute = () => {
          throw new Error('recompute was called');
        };
        const given = { ...ALL_PASSED, ...change, allowUnsigned, kind: { recompute } };
        expect(await judge(given)).toMatchObject({ verdict, seen: [], findings: [], weakened: [] });
        const open = await openChecks(given);
        expect(open.some((check) => check.startsWith(`${name}-statement `))).toBe(true);
        expect(open.slice(-2)).toEqual(['time not-reached', 'content not-reached']);
      }
    },
  );

  it('refuses an attestation that the kind does not have outside: nobody would verify it', async () => {
    for (const name of ['other.sig', 'model.sig', 'audit.json']) {
      const outside = new Map([[name, fakeBundle(MODEL)]]);
      const verification = verify(kindOf({}), archiveOf(ALL_PASSED), OPTIONS, outside);
      await expect(verification).rejects.toThrow(
        new TypeError(`the kind has no attestation ${name} outside`),
      );
    }
  });
});

describe('the signers', () => {
  const foreign = { model: fakeBundle(MODEL, { signer: OTHER }) };
  const foreignAudit = { audit: fakeBundle(AUDIT, { signer: OTHER }) };
  const both = { policy: { signers: [SIGNER, OTHER] } };

  it.each([
    ['nobody is pinned', { policy: undefined }, ['model-signer skipped SIGNER_NOT_PINNED']],
    ['nobody is allowed', { policy: { signers: [] } }, ['model-signer failed SIGNER_NOT_ALLOWED']],
    [
      'another signed both',
      { ...foreign, ...foreignAudit },
      ['model-signer failed SIGNER_NOT_ALLOWED'],
    ],
    [
      'two who are allowed signed',
      { ...both, ...foreignAudit },
      ['audit-signer failed SIGNER_NOT_ALLOWED'],
    ],
    [
      'two signed and nobody is pinned',
      { ...foreignAudit, policy: undefined },
      ['model-signer skipped SIGNER_NOT_PINNED', 'audit-signer failed SIGNER_NOT_ALLOWED'],
    ],
    ['one of the allowed signed both', { ...both, ...foreign, ...foreignAudit }, []],
  ] as const)('must be one, whom the caller allows: %s', async (_, change, open) => {
    const given = { ...ALL_PASSED, ...change };
    expect(await openChecks(given)).toEqual(open);
    const { verdict, pinned } = await judge(given);
    const isFailed = open.some((check) => check.includes(' failed '));
    const isOpen = open.length > 0;
    expect(verdict).toBe(isFailed ? 'invalid' : isOpen ? 'undecided' : 'verified');
    expect(pinned).toBe(given.policy !== undefined);
  });

  it.each([
    ['revoked before either', '2026-06-10T01:00:00Z', ['model', 'REVOKED']],
    ['revoked between the two', '2026-06-10T02:00:00Z', ['audit', 'REVOKED']],
    ['revoked after both', '2026-06-10T05:00:00Z', []],
  ] as const)('must each be allowed at their own times: %s', async (_, time, [which, code]) => {
    const later = new Date('2026-06-10T04:00:00Z');
    const policy = { signers: [{ ...SIGNER, revokedAt: new Date(time) }] };
    const given = { ...ALL_PASSED, audit: fakeBundle(AUDIT, { signedAt: later }), policy };
    const expected = which === undefined ? [] : [`${which}-signer failed SIGNER_${code}`];
    expect(await openChecks(given)).toEqual(expected);
    const { findings } = await judge(given);
    expect(findings.some((finding) => finding.code === 'SIGNER_REVOKED_LATER')).toBe(
      which !== 'model',
    );
  });

  describe('of two attestations, hours apart', () => {
    const later = fakeBundle(AUDIT, { signedAt: new Date('2026-06-10T04:00:00Z') });
    const between = new Date('2026-06-10T02:00:00Z');
    const revoking = { ...SIGNER, recipes: ['other'], revokedAt: between };
    const until = { ...SIGNER, validFor: { start: undefined, end: between } };
    const from = { ...SIGNER, validFor: { start: between, end: undefined } };

    it.each([
      ['an entry that allows neither', [SIGNER, revoking]],
      ['the same, if it is the first', [revoking, SIGNER]],
    ])('may be revoked for the second alone by %s', async (_, signers) => {
      const given = { ...ALL_PASSED, audit: later, policy: { signers } };
      expect(await openChecks(given)).toEqual(['audit-signer failed SIGNER_REVOKED']);
      const { verdict, checks, findings } = await judge(given);
      const faults = checks.flatMap((check) => check.faults);
      expect([verdict, faults]).toMatchObject(['invalid', [{ at: 'audit.sig' }]]);
      expect(findings.map(({ code, at }) => [code, at])).toContainEqual([
        'SIGNER_REVOKED_LATER',
        'model.sig',
      ]);
      const early = { ...given, audit: ALL_PASSED.audit };
      expect(await openChecks(early)).toEqual([]);
    });

    it.each([
      ['until between', [until, from], ['audit-signer failed SIGNER_NOT_VALID']],
      ['always', [SIGNER, from], []],
    ])('need one entry for both: the first is allowed %s', async (_, signers, open) => {
      expect(await openChecks({ ...ALL_PASSED, audit: later, policy: { signers } })).toEqual(open);
    });
  });

  it('are judged by the name that the kind recomputed, of the whole', async () => {
    for (const [name, open] of [
      ['model', []],
      ['other', ['model-signer failed SIGNER_NOT_ALLOWED']],
      [undefined, ['model-signer failed SIGNER_NOT_ALLOWED']],
    ] as const) {
      const policy = { signers: [{ ...SIGNER, recipes: ['model'] }] };
      const nameOf = ({ seen }: Seen) => (seen.length > 0 ? name : 'nothing seen');
      expect(await openChecks({ ...ALL_PASSED, policy, kind: { nameOf } })).toEqual(open);
    }
  });

  it('must be one in all that their certificates say', async () => {
    const claims = { sourceRepositoryUri: 'https://github.com/mallory/repo' };
    const audit = fakeBundle(AUDIT, { signer: { ...SIGNER, claims } });
    expect(await openChecks({ ...ALL_PASSED, audit })).toEqual([
      'audit-signer failed SIGNER_NOT_ALLOWED',
    ]);
  });

  it('are named with the entry that allows them, and the clock is the one that was given', async () => {
    const entry = { ...SIGNER, tier: 'partner' as const };
    const now = new Date('2026-06-11T00:00:00Z');
    const policy = { signers: [{ ...SIGNER, subject: 'x' }, entry], maximumAgeDays: 1 };
    expect(await judge({ ...ALL_PASSED, policy, now })).toMatchObject({ policy: { entry }, now });
    const tomorrow = new Date('2026-06-12T00:00:00Z');
    const late = await judge({ ...ALL_PASSED, policy, now: tomorrow });
    expect([late.verdict, late.policy?.entry]).toEqual(['undecided', entry]);
    await expect(judge({ ...ALL_PASSED, policy })).rejects.toThrow(TypeError);
  });

  it('are not known if the first attestation is not there, or does not verify', async () => {
    const { signature } = await judge({ ...ALL_PASSED, model: undefined });
    expect(signature).toEqual({ state: 'absent' });
    expect(await openChecks({ ...ALL_PASSED, model: undefined })).toEqual([
      'model-signature skipped UNSIGNED',
      'model-signer skipped UNSIGNED',
      'audit-signer not-reached',
    ]);
    expect(await openChecks({ ...ALL_PASSED, model: GARBAGE })).toEqual([
      'model-signature failed SIGNATURE_INVALID',
      'model-signer not-reached',
      'model-statement not-reached',
      'audit-signer not-reached',
      'time not-reached',
      'content not-reached',
    ]);
  });
});

describe('what was given up', () => {
  const honest = fakeTrust();

  /** The report if this is missing in the proofs of the attestations. */
  async function judgeBy(
    missing: Readonly<Record<string, Partial<Proof>>>,
    weakened: readonly string[] = [],
  ) {
    const trust: Trust = {
      ...honest,
      weakened,
      verify: (bytes, file) => ({ ...honest.verify(bytes, file), ...missing[file.name] }),
    };
    const outside = new Map([['audit.sig', ALL_PASSED.audit ?? Buffer.of()]]);
    const kind = kindOf(ALL_PASSED.script);
    return await verify(kind, archiveOf(ALL_PASSED), { ...OPTIONS, trust }, outside);
  }

  it.each(['model.sig', 'audit.sig'])('for one attestation is said: %s', async (name) => {
    const none = await judgeBy({});
    expect([none.verdict, none.weakened, none.oneJudge]).toEqual(['verified', [], undefined]);
    const given = { weakened: ['--allow-missing-sct'], oneJudge: 'one cannot judge it' };
    expect(await judgeBy({ [name]: given })).toMatchObject(given);
  });

  it('for several is said once each, in order', async () => {
    const missing = {
      'model.sig': { weakened: ['--b', '--a'], oneJudge: 'x' },
      'audit.sig': { weakened: ['--a', '--c', '--root'], oneJudge: 'y' },
    };
    const { weakened, oneJudge } = await judgeBy(missing, ['--root']);
    expect([weakened, oneJudge]).toEqual([['--root', '--b', '--a', '--c'], 'x; y']);
    const same = { oneJudge: 'x' };
    expect((await judgeBy({ 'model.sig': same, 'audit.sig': same })).oneJudge).toBe('x');
  });
});

describe('an archive that cannot be taken', () => {
  it.each([
    ['BUNDLE_INCOMPLETE', ['other']],
    ['LIMIT_EXCEEDED', ['model.json', 'b', 'c', 'd']],
    ['ARCHIVE_UNSAFE', ['model.json', '../b']],
    ['ARCHIVE_UNSAFE', ['model.json', 'model.json']],
  ])('ends the line before the kind sees it: %s', async (code, paths) => {
    for (const allowUnsigned of [false, true]) {
      const entries = entriesOf(paths.map((path) => [path, MODEL]));
      const { verdict, checks, ...rest } = await judge({ ...ALL_PASSED, allowUnsigned }, entries);
      expect(verdict).toBe('invalid');
      expect(checks.map(({ outcome }) => outcome)).toEqual([
        'failed',
        ...CHECKS.slice(1).map(() => 'not-reached'),
      ]);
      expect(checks[0]?.faults[0]?.code).toBe(code);
      expect(rest).toMatchObject({
        signature: { state: 'not-verified' },
        seen: [],
        weakened: [],
        findings: [],
      });
    }
  });

  it('is unjudged if it cannot be read', async () => {
    async function* unreadable(): AsyncGenerator<Entry, void> {
      yield* archiveOf(ALL_PASSED);
      throw errorWith('FILE_UNREADABLE');
    }
    expect((await judge(ALL_PASSED, unreadable())).verdict).toBe('unjudged');
  });
});

describe('--allow-unsigned', () => {
  const unsigned = { ...NOBODY_SIGNED, allowUnsigned: true };

  it.each([PINNED, undefined])(
    'gives up the checks of a signature that nobody made, and says so',
    async (policy) => {
      expect(await judge({ ...unsigned, policy })).toMatchObject({
        verdict: 'verified',
        weakened: ['--allow-unsigned'],
        signature: { state: 'absent' },
        seen: ['audit.json', 'model.json', 'model', 'audit'],
      });
      expect(await judge({ ...NOBODY_SIGNED, policy })).toMatchObject({
        verdict: 'undecided',
        weakened: [],
      });
    },
  );

  it('weakens nothing that is signed', async () => {
    expect(await judge({ ...ALL_PASSED, allowUnsigned: true })).toMatchObject({
      verdict: 'verified',
      weakened: [],
    });
  });

  const { model, audit } = ALL_PASSED;
  const scripted = (time: NonNullable<Script['time']>) => ({
    script: { ...NOBODY_SIGNED.script, time },
  });

  it.each([
    ['the first', { model }, 'undecided'],
    ['the second', { audit }, 'undecided'],
    ['both, and no time is proved', { model, audit }, 'undecided'],
    ['one passed at last', scripted('passed'), 'undecided'],
    [
      'one of the kind is open for another reason',
      scripted(['skip', 'SIGNER_NOT_PINNED']),
      'undecided',
    ],
    ['one of the kind failed', scripted(['fail', 'FILE_DIFFERS']), 'invalid'],
    ['the first does not verify', { model: GARBAGE }, 'invalid'],
    ['the second does not verify', { audit: GARBAGE }, 'invalid'],
    ['nobody is pinned', { model, policy: undefined }, 'undecided'],
    ['the signer is another', { model, policy: { signers: [OTHER] } }, 'invalid'],
  ] as const)('gives up nothing if somebody signed: %s', async (_, change, verdict) => {
    expect(await judge({ ...unsigned, ...change })).toMatchObject({ verdict, weakened: [] });
  });

  it.each([
    ['red', ['fail', 'PHASE_NOT_GREEN'], 'failed'],
    ['broken', ['fail', 'FILE_DIFFERS'], 'invalid'],
    ['skipped as unsigned', UNSIGNED, 'undecided'],
  ] as const)('gives up no other check: %s', async (_, content, verdict) => {
    const script = { ...NOBODY_SIGNED.script, content };
    expect((await judge({ ...unsigned, script })).verdict).toBe(verdict);
  });

  it('gives up no statement, whatever the kind says', async () => {
    // Without checks of its own, so that the statement alone is in the way.
    const checks = ['archive', ...CHECKS.slice(1, -2)] as const;
    const signatureChecks = ['audit-statement'] as const;
    const kind = { checks, signatureChecks };
    const given = { ...unsigned, copies: { 'model.json': MODEL }, kind };
    expect((await openChecks(given)).at(-1)).toBe('audit-statement skipped UNSIGNED');
    expect((await judge(given)).verdict).toBe('undecided');
  });

  it('does not make up for a check that was not reached', async () => {
    for (const script of [{ content: 'passed' }, { time: UNSIGNED }, {}] as const) {
      expect((await judge({ ...unsigned, script })).verdict).toBe('undecided');
    }
  });
});

describe('a bug', () => {
  const bug = new TypeError('bug');
  const fail = () => {
    throw bug;
  };

  it('in a kind, a source or a trust is thrown, and never a verdict', async () => {
    async function* broken(): AsyncGenerator<Entry, void> {
      yield* archiveOf(ALL_PASSED);
      throw bug;
    }
    await expect(judge(ALL_PASSED, broken())).rejects.toBe(bug);
    await expect(judge({ ...ALL_PASSED, kind: { recompute: fail } })).rejects.toBe(bug);
    const [first] = kindOf({}).attestations;
    const kind = { attestations: [{ ...first, read: fail }] as const };
    await expect(judge({ ...ALL_PASSED, audit: undefined, kind })).rejects.toBe(bug);
    const options = { ...OPTIONS, trust: { ...OPTIONS.trust, verify: fail } };
    const verification = verify(kindOf({}), archiveOf(ALL_PASSED), options);
    await expect(verification).rejects.toBe(bug);
  });

  it.each(CHECKS.slice(0, -2))(
    'that makes the check %s of the line again is thrown',
    async (name) => {
      const script: Script = { ...ALL_PASSED.script, [name]: 'passed' };
      await expect(judge({ ...ALL_PASSED, script })).rejects.toThrow(TypeError);
    },
  );

  it('that makes a check that is not in the list is thrown', async () => {
    const checks = ['archive', ...CHECKS.slice(1, -1)] as const;
    await expect(judge({ ...ALL_PASSED, kind: { checks } })).rejects.toThrow(
      new TypeError('content is no check of this kind'),
    );
  });
});
