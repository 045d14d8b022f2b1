import { describe, expect, it } from 'vitest';

import type { Entry } from '../../src/archive/entry.ts';
import type { CheckLog } from '../../src/attestation/check-log.ts';
import type { Kind, Received } from '../../src/attestation/kind.ts';
import type { Judges } from '../../src/attestation/open-attestation.ts';
import { verify } from '../../src/attestation/verify.ts';
import type { VerifyOptions } from '../../src/attestation/verify.ts';
import type { BundlePath } from '../../src/bundle-path.ts';
import { isBundlePath } from '../../src/bundle-path.ts';
import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { FAKE_ROOT, fakeTrust } from './fake-trust.ts';
import { errorWith, faultWith } from './faults.ts';

const CHECKS = ['archive', 'signature', 'signer', 'time', 'content'] as const;
type Check = (typeof CHECKS)[number];

/** What a check shall come to: passed, or open with this code. */
type Script = Readonly<Partial<Record<Check, 'passed' | readonly ['fail' | 'skip', ErrorCode]>>>;

const UNSIGNED = ['skip', 'UNSIGNED'] as const;
const ALL_PASSED: Script = {
  signature: 'passed',
  signer: 'passed',
  time: 'passed',
  content: 'passed',
};
const NOBODY_SIGNED: Script = {
  ...ALL_PASSED,
  signature: UNSIGNED,
  signer: UNSIGNED,
  time: UNSIGNED,
};

/** A kind whose checks end as they are told. */
function kindOf(script: Script): Kind<Check, { readonly seen: readonly string[] }> {
  return {
    layout: {
      isPath: isBundlePath,
      pathRule: 'a path',
      maxEntries: 2,
      required: ['must' as BundlePath],
      incompleteHint: 'pack it again',
      unlisted: [],
      documentLimit: () => 10,
    },
    checks: CHECKS,
    archiveCheck: 'archive',
    signatureChecks: ['signature', 'signer', 'time'],
    nothingFound: { seen: [] },
    judge: (log, { files, outside }) => {
      play(log, script);
      return {
        signature: { state: 'absent' },
        found: { seen: [...files.keys(), ...outside.keys()] },
        findings: [faultWith('NOT_CLAIMED')],
      };
    },
  };
}

function play(log: CheckLog<Check>, script: Script): void {
  for (const name of CHECKS) {
    const end = script[name];
    if (end === undefined) continue;
    if (end === 'passed') log.note(name, () => ({ value: 1, found: '', expected: '' }));
    else if (end[0] === 'skip') log.skip(name, faultWith(end[1]));
    else log.fail(name, errorWith(end[1]));
  }
}

async function* entriesOf(...paths: readonly string[]): AsyncGenerator<Entry, void> {
  for (const path of paths) {
    yield { path, type: 'file', size: 2, content: bytes() };
  }
}

async function* bytes(): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from('ab');
}

const OPTIONS: VerifyOptions = {
  trust: fakeTrust(),
  policy: undefined,
  allowUnsigned: false,
  tool: { name: 'tool', version: '1.0.0' },
};

async function judge(
  script: Script,
  options: Partial<VerifyOptions> = {},
  entries = entriesOf('must'),
) {
  return await verify(kindOf(script), entries, { ...OPTIONS, ...options });
}

describe('the line', () => {
  it('is verified if every check of the kind has passed', async () => {
    const outside = new Map([['sig', Buffer.from('x')]]);
    const verification = await judge(
      ALL_PASSED,
      { outside, policy: { signers: [] } },
      entriesOf('must', 'b'),
    );
    expect(verification).toMatchObject({
      verdict: 'verified',
      seen: ['b', 'must', 'sig'],
      tool: OPTIONS.tool,
      root: FAKE_ROOT,
      signature: { state: 'absent' },
      pinned: true,
      weakened: [],
      findings: [faultWith('NOT_CLAIMED')],
    });
    expect(verification.checks[0]).toMatchObject({ outcome: 'passed', found: '2 files, 4 bytes' });
  });

  it.each(CHECKS.slice(1))('is undecided if the kind forgets the check %s', async (name) => {
    const { [name]: forgotten, ...script } = ALL_PASSED;
    expect(forgotten).toBe('passed');
    const { verdict, checks } = await judge(script);
    expect([verdict, checks.find((check) => check.name === name)?.outcome]).toEqual([
      'undecided',
      'not-reached',
    ]);
  });

  it.each([
    ['PHASE_NOT_GREEN', 'failed'],
    ['FILE_DIFFERS', 'invalid'],
    ['FILE_UNREADABLE', 'unjudged'],
  ] as const)('is told by one check that failed: %s is %s', async (code, verdict) => {
    expect((await judge({ ...ALL_PASSED, content: ['fail', code] })).verdict).toBe(verdict);
  });

  it('hands the kind what was received, its log and whose word counts', async () => {
    const asked: [Received, Judges][] = [];
    const kind = kindOf(ALL_PASSED);
    const listening = {
      ...kind,
      judge: (log: CheckLog<Check>, received: Received, judges: Judges) => {
        asked.push([received, judges]);
        return kind.judge(log, received, judges);
      },
    };
    await verify(listening, entriesOf('must'), OPTIONS);
    expect(asked).toHaveLength(1);
    const [received, judges] = asked[0] ?? [];
    expect([...(received?.files.keys() ?? [])]).toEqual(['must']);
    expect([received?.outside.size, judges]).toEqual([
      0,
      { trust: OPTIONS.trust, policy: undefined },
    ]);
  });
});

describe('an archive that cannot be taken', () => {
  it.each([
    ['BUNDLE_INCOMPLETE', ['other']],
    ['LIMIT_EXCEEDED', ['must', 'b', 'c']],
    ['ARCHIVE_UNSAFE', ['must', '../b']],
    ['ARCHIVE_UNSAFE', ['must', 'must']],
  ])('ends the line before the kind sees it: %s', async (code, paths) => {
    for (const allowUnsigned of [false, true]) {
      const { verdict, checks, ...rest } = await judge(
        ALL_PASSED,
        { allowUnsigned },
        entriesOf(...paths),
      );
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
      yield* entriesOf('must');
      throw errorWith('FILE_UNREADABLE');
    }
    expect((await judge(ALL_PASSED, {}, unreadable())).verdict).toBe('unjudged');
  });
});

describe('--allow-unsigned', () => {
  const allowUnsigned = true;

  it('gives up the checks of a signature that nobody made, and says so', async () => {
    expect(await judge(NOBODY_SIGNED, { allowUnsigned })).toMatchObject({
      verdict: 'verified',
      weakened: ['--allow-unsigned'],
    });
    expect(await judge(NOBODY_SIGNED)).toMatchObject({ verdict: 'undecided', weakened: [] });
  });

  it('weakens nothing that is signed', async () => {
    expect(await judge(ALL_PASSED, { allowUnsigned })).toMatchObject({
      verdict: 'verified',
      weakened: [],
    });
  });

  it.each([
    ['one passed', { signature: 'passed' }, 'undecided'],
    ['one passed at last', { time: 'passed' }, 'undecided'],
    ['one failed', { signature: ['fail', 'SIGNATURE_INVALID'] }, 'invalid'],
    ['nobody is pinned', { signer: ['skip', 'SIGNER_NOT_PINNED'] }, 'undecided'],
    ['the signer is another', { signer: ['fail', 'SIGNER_NOT_ALLOWED'] }, 'invalid'],
  ] as const)('gives up nothing if somebody signed: %s', async (_, change, verdict) => {
    expect(await judge({ ...NOBODY_SIGNED, ...change }, { allowUnsigned })).toMatchObject({
      verdict,
      weakened: [],
    });
  });

  it.each([
    ['red', ['fail', 'PHASE_NOT_GREEN'], 'failed'],
    ['broken', ['fail', 'FILE_DIFFERS'], 'invalid'],
    ['skipped as unsigned', UNSIGNED, 'undecided'],
  ] as const)('gives up no other check: %s', async (_, content, verdict) => {
    const script = { ...NOBODY_SIGNED, content };
    expect((await judge(script, { allowUnsigned })).verdict).toBe(verdict);
  });

  it('does not make up for a check that was not reached', async () => {
    const { time, ...script } = NOBODY_SIGNED;
    expect(time).toBe(UNSIGNED);
    expect((await judge(script, { allowUnsigned })).verdict).toBe('undecided');
    expect((await judge({ content: 'passed' }, { allowUnsigned })).weakened).toEqual([]);
  });
});

describe('a bug', () => {
  it('in a kind or a source is thrown, and never a verdict', async () => {
    const bug = new TypeError('bug');
    async function* broken(): AsyncGenerator<Entry, void> {
      yield* entriesOf('must');
      throw bug;
    }
    await expect(judge(ALL_PASSED, {}, broken())).rejects.toBe(bug);
    const kind = {
      ...kindOf(ALL_PASSED),
      judge: () => {
        throw bug;
      },
    };
    await expect(verify(kind, entriesOf('must'), OPTIONS)).rejects.toBe(bug);
  });

  it("that makes a check twice, or the archive's, is thrown", async () => {
    await expect(judge({ ...ALL_PASSED, archive: 'passed' })).rejects.toThrow(TypeError);
  });
});
