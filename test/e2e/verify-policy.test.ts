// What a policy file says, from the program: who may sign, when, for what, with which proofs, and how long ago.
import { afterEach, describe, expect, it, vi } from 'vitest';

import { sourceOf } from '../../src/policy/policy-signer.ts';
import { runProgram } from '../run-here.ts';
import {
  ATTESTATION,
  DEMO_INPUTS,
  SIGNED_AT,
  SIGNER,
  checkOf,
  failureOf,
  makeEvidence,
  pinOf,
} from './evidence.ts';

const evidence = await makeEvidence();
const bundle = await evidence.pack();

const ISSUER = 'https://sandbox.invalid';
const CALLER = 'https://github.com/owner/repo';
const SHARED = 'https://github.com/shared/workflows/.github/workflows/evidence.yml';
/** Signed by a reusable workflow, which another repository called. */
const byWorkflow = await evidence.pack(
  await evidence.emit({
    claims: {
      email: undefined,
      sub: 'repo:owner/repo:ref:refs/heads/main',
      job_workflow_ref: `${SHARED.slice('https://github.com/'.length)}@refs/tags/v1`,
      repository: 'owner/repo',
      repository_id: '11',
      repository_owner_id: '22',
      ref: 'refs/heads/main',
      event_name: 'push',
      runner_environment: 'self-hosted',
    },
  }),
);
const RECIPE = 'h100-eks-ubuntu-training-kubeflow';

function flagsOf(policy: unknown, ...more: readonly string[]): readonly string[] {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  return [...evidence.root, '--policy', evidence.write(text, '.json'), ...more];
}

function policyOf(signer: object, rules: object = {}): object {
  return { schemaVersion: '1.1.0', signers: [signer], ...rules };
}

function time(offsetMs: number): string {
  return new Date(SIGNED_AT.getTime() + offsetMs).toISOString();
}

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const NOT_ALLOWED = `SIGNER_NOT_ALLOWED ${ATTESTATION}`;

describe('a policy for a reusable workflow', () => {
  const claims = {
    sourceRepositoryUri: CALLER,
    sourceRepositoryId: '11',
    sourceRepositoryOwnerId: '22',
    sourceRepositoryRef: 'refs/heads/main',
    buildTrigger: 'push',
    runnerEnvironment: 'self-hosted',
  };
  const signer = {
    template: `${SHARED}@refs/tags/{version}`,
    issuer: ISSUER,
    tier: 'partner',
    claims,
  };

  it('allows the caller that it names, and the report says by which entry', async () => {
    const flags = flagsOf(policyOf({ ...signer, recipes: [RECIPE] }));
    const { code, faults, report } = await evidence.verify(byWorkflow, flags);
    expect([code, faults]).toEqual([0, []]);
    const file = flags.at(-1);
    expect(report['policy']).toEqual({
      source: file,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      entry: {
        at: `${file}#/signers/0`,
        template: signer.template,
        issuer: ISSUER,
        tier: 'partner',
        recipes: [RECIPE],
      },
    });
    expect(report['clock']).toBeUndefined();
    expect(report['signature']).toMatchObject({ certificate: { type: 'uri', ...claims } });
    for (const format of ['terminal', 'markdown']) {
      const { stdout } = await runProgram([
        'verify-evidence',
        byWorkflow,
        ...flags,
        '--format',
        format,
      ]);
      expect(stdout).toContain('partner');
      expect(stdout.replaceAll(/\s+/g, '')).toContain(`${file}#/signers/0`);
    }
  });

  it.each(Object.entries(claims))('and no other %s than %s', async (claim, value) => {
    const changed = { ...signer, claims: { ...claims, [claim]: `${value}x` } };
    const judged = await evidence.verify(byWorkflow, flagsOf(policyOf(changed)));
    expect([judged.code, judged.faults]).toEqual([2, [NOT_ALLOWED]]);
    expect(checkOf(judged, 'signer-is-allowed').found).toContain(`${claim}: "${value}"`);
    expect(judged.report['policy']).not.toHaveProperty('entry');
  });

  it.each([
    ['another ref', `${SHARED}@refs/heads/{version}`],
    ['another file', `${SHARED}l@refs/tags/{version}`],
    ['another owner', `${SHARED.replace('shared', 'sharedx')}@refs/tags/{version}`],
  ])('and no workflow of %s', async (_, template) => {
    const { code, faults } = await evidence.verify(
      byWorkflow,
      flagsOf(policyOf({ ...signer, template })),
    );
    expect([code, faults]).toEqual([2, [NOT_ALLOWED]]);
  });

  it('cannot name any workflow by a *: the program says how', async () => {
    const identity = `${SHARED}@refs/tags/*`;
    const { code, error } = await failureOf([
      byWorkflow,
      ...flagsOf(policyOf({ identity, issuer: ISSUER })),
    ]);
    expect([code, error.code]).toEqual([3, 'POLICY_INVALID']);
    expect(error.hint).toContain('"template"');
  });
});

describe('recipes of a policy', () => {
  it('are compared with the name of recipe.yaml', async () => {
    const allowed = await evidence.verify(
      bundle,
      flagsOf(policyOf({ ...SIGNER, recipes: ['x', RECIPE] })),
    );
    expect([allowed.code, allowed.faults]).toEqual([0, []]);
    const refused = await evidence.verify(bundle, flagsOf(policyOf({ ...SIGNER, recipes: ['x'] })));
    expect([refused.code, refused.faults]).toEqual([2, [NOT_ALLOWED]]);
    expect(checkOf(refused, 'signer-is-allowed').found).toContain(`"${RECIPE}"`);
  });

  it('are not what the signer claims', async () => {
    const policy = policyOf({ ...SIGNER, recipes: ['easy'] });
    const files = await evidence.rebuild({ statement: { '/predicate/recipe/name': 'easy' } });
    const { code, faults } = await evidence.verify(await evidence.pack(files), flagsOf(policy));
    expect(code).toBe(2);
    expect(faults).toContain(NOT_ALLOWED);
  });

  it('do not allow what cannot be read', async () => {
    const files = await evidence.rebuild({ files: { 'recipe.yaml': 'kind: Other\n' } });
    const policy = policyOf({ ...SIGNER, recipes: [RECIPE] });
    const { code, faults } = await evidence.verify(await evidence.pack(files), flagsOf(policy));
    expect(code).toBe(2);
    expect(faults).toContain(NOT_ALLOWED);
  });
});

describe('R-24, R-25 windows and revocations of a policy', () => {
  it.each([
    [{ validFor: { end: time(SECOND) } }, 0, []],
    [{ validFor: { end: time(-SECOND) } }, 2, [`SIGNER_NOT_VALID ${ATTESTATION}`]],
    [{ validFor: { start: time(SECOND) } }, 2, [`SIGNER_NOT_VALID ${ATTESTATION}`]],
    [{ validFor: { start: time(-SECOND), end: time(SECOND) } }, 0, []],
    [{ revokedAt: time(-SECOND) }, 2, [`SIGNER_REVOKED ${ATTESTATION}`]],
    [{ revokedAt: time(0) }, 2, [`SIGNER_REVOKED ${ATTESTATION}`]],
    [{ revokedAt: time(SECOND) }, 0, []],
  ] as const)('count by the proven times, not by the clock: %j', async (terms, expected, found) => {
    const policy = policyOf({ ...SIGNER, ...terms });
    const { code, faults, report } = await evidence.verify(bundle, flagsOf(policy));
    expect([code, faults]).toEqual([expected, found]);
    const notes = report.findings.filter((finding) => finding.code.startsWith('SIGNER_'));
    const isNoted = 'revokedAt' in terms && expected === 0;
    expect(notes.map((finding) => finding.code)).toEqual(isNoted ? ['SIGNER_REVOKED_LATER'] : []);
  });
});

describe('R-24 the clock of the machine', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['1990-01-01T00:00:00Z', '2026-06-10T01:30:00Z', '2099-01-01T00:00:00Z'])(
    'changes no verdict of a window or a revocation: %s',
    async (now) => {
      const signers = [{ ...SIGNER, validFor: { end: time(0) }, revokedAt: time(SECOND) }];
      const flags = flagsOf({ schemaVersion: '1.1.0', signers });
      const late = flagsOf(policyOf({ ...SIGNER, validFor: { end: time(-SECOND) } }));
      vi.useFakeTimers({ toFake: ['Date'], now: new Date(now) });
      expect((await evidence.verify(bundle, flags)).code).toBe(0);
      const { code, faults } = await evidence.verify(bundle, late);
      expect([code, faults]).toEqual([2, [`SIGNER_NOT_VALID ${ATTESTATION}`]]);
    },
  );
});

describe('R-26 a signer who only looks like one of the policy', () => {
  const { identity } = SIGNER;
  const domain = identity.slice(identity.indexOf('@'));

  it('is allowed if it is the one', async () => {
    expect((await evidence.verify(bundle, flagsOf(policyOf(SIGNER)))).code).toBe(0);
    const template = `{name}${domain}`;
    expect(
      (await evidence.verify(bundle, flagsOf(policyOf({ template, issuer: ISSUER })))).code,
    ).toBe(0);
  });

  it.each([
    ['another case', identity.replace('c', 'C')],
    ['a trailing dot', `${identity}.`],
    ['a Cyrillic letter', identity.replace('o', '\u043E')],
    ['a letter of full width', identity.replace('c', '\uFF43')],
    ['a space of no width', identity.replace('@', '\u200B@')],
    ['somebody else', `mallory${domain}`],
  ])('is refused: %s', async (_, other) => {
    const { code, faults } = await evidence.verify(
      bundle,
      flagsOf(policyOf({ ...SIGNER, identity: other })),
    );
    expect([code, faults]).toEqual([2, [NOT_ALLOWED]]);
  });

  it.each([
    ['another domain', '{name}@sandbox.invalid.example'],
    ['another case', '{name}@Sandbox.invalid'],
    ['another dot', '{name}@sandbox-invalid'],
    ['a part of the name', `x{name}${domain}`],
    ['a trailing dot', `{name}${domain}.`],
    ['a URI', 'https://sandbox.invalid/owner/{name}'],
  ])('is refused by a template: %s', async (_, template) => {
    const flags = flagsOf(policyOf({ template, issuer: ISSUER }));
    const { code, faults } = await evidence.verify(bundle, flags);
    expect([code, faults]).toEqual([2, [NOT_ALLOWED]]);
  });
});

describe('E-32 the minimum of a policy', () => {
  it.each([
    [{ minimumLogs: 1, minimumTimestamps: 1 }, []],
    [{ minimumLogs: 2 }, [`PROOFS_TOO_FEW ${ATTESTATION}`]],
    [{ minimumTimestamps: 2 }, [`PROOFS_TOO_FEW ${ATTESTATION}`]],
  ])('is counted: %j', async (rules, expected) => {
    const { code, faults } = await evidence.verify(bundle, flagsOf(policyOf(SIGNER, rules)));
    expect([code, faults]).toEqual([expected.length === 0 ? 0 : 2, expected]);
  });

  it('takes no promise of a log for a timestamp', async () => {
    const v1 = await makeEvidence({ signingConfig: 'signing_config.v1.json' });
    const policy = v1.write(JSON.stringify(policyOf(SIGNER, { minimumTimestamps: 1 })), '.json');
    const path = await v1.pack();
    expect((await v1.verify(path)).code).toBe(0);
    const judged = await v1.verify(path, [...v1.root, '--policy', policy]);
    expect([judged.code, judged.faults]).toEqual([2, [`PROOFS_TOO_FEW ${ATTESTATION}`]]);
    expect(checkOf(judged, 'signer-is-allowed').found).toBe('0 timestamp authorities');
  });
});

describe('the maximum age of a policy', () => {
  const policy = policyOf(SIGNER, { maximumAgeDays: 30 });

  it.each([
    [30 * DAY, 0, []],
    [30 * DAY + SECOND, 4, [`STALE ${ATTESTATION}`]],
    [-DAY, 4, [`STALE ${ATTESTATION}`]],
  ] as const)(
    'is judged at --at, %d ms after the signature: exit %d',
    async (offset, expected, found) => {
      const at = time(offset);
      const { code, faults, report } = await evidence.verify(bundle, flagsOf(policy, '--at', at));
      expect([code, faults]).toEqual([expected, found]);
      expect(report['clock']).toBe(at.replace('.000Z', 'Z'));
    },
  );

  it('is judged now by default, and the command that repeats the report says when that was', async () => {
    const flags = flagsOf(policyOf(SIGNER, { maximumAgeDays: 36_500 }));
    const before = Math.floor(Date.now() / SECOND) * SECOND;
    const { stdout } = await runProgram([
      'verify-evidence',
      bundle,
      ...flags,
      '--format',
      'markdown',
    ]);
    const [, at = ''] = / --at (\S+)\n/.exec(stdout) ?? [];
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
    expect(stdout).toContain(`its clock at \`${at}\``);
    const again = await runProgram([
      ...['verify-evidence', bundle, ...flags, '--format', 'markdown'],
      ...['--at', at],
    ]);
    expect(again.stdout).toBe(stdout);
  });

  it('makes red evidence no better, and invalid evidence no better', async () => {
    const recipe = Buffer.from(DEMO_INPUTS.recipe.toString().replace('>= 1.32.4', '>= 1.99'));
    const red = await evidence.pack(await evidence.emit({ recipe }));
    const old = flagsOf(policy, '--at', time(31 * DAY));
    expect((await evidence.verify(red, old)).code).toBe(4);
    const other = flagsOf(
      policyOf({ ...SIGNER, identity: 'x' }, { maximumAgeDays: 30 }),
      '--at',
      time(31 * DAY),
    );
    expect((await evidence.verify(bundle, other)).code).toBe(2);
  });

  it.each(['yesterday', '2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T00:00:00+01:00', ''])(
    'is not judged at %j: exit 64',
    async (at) => {
      const { code, error } = await failureOf([bundle, ...flagsOf(policy, `--at=${at}`)]);
      expect([code, error.code, error.at]).toEqual([64, 'USAGE', '--at']);
    },
  );

  it('is said by a policy alone: --at without one is exit 64', async () => {
    const flags = [...evidence.pin, '--at', time(0)];
    const { code, error } = await failureOf([bundle, ...flags]);
    expect([code, error.code]).toEqual([64, 'USAGE']);
  });
});

describe('the type of an identity, by flag', () => {
  const flags = [...evidence.root, ...pinOf(SIGNER), '--certificate-identity-type'];

  it.each([
    ['email', 0],
    ['uri', 2],
    ['other', 2],
  ])('%s: exit %d', async (type, expected) => {
    expect((await evidence.verify(bundle, [...flags, type])).code).toBe(expected);
  });

  it.each([
    [['--certificate-identity-type', 'user'], 'another one'],
    [['--certificate-identity-type', 'email', '--policy', 'x'], 'a policy'],
  ])('is a usage error with %s: %s', async (more) => {
    const { code, error } = await failureOf([bundle, ...evidence.root, ...more]);
    expect([code, error.code]).toEqual([64, 'USAGE']);
  });
});

describe('a policy of several signers that does not name this one', () => {
  it('says in every report which entry is nearest, and what differs', async () => {
    const others = ['a', 'b', 'c'].map((name) => ({
      identity: `${name}@example.com`,
      issuer: 'https://accounts.google.com',
    }));
    const near = { ...SIGNER, issuer: `${ISSUER}/` };
    const policy = { schemaVersion: '1.1.0', signers: [...others, near] };
    const flags = flagsOf(policy);
    const judged = await evidence.verify(bundle, flags);
    expect([judged.code, judged.faults]).toEqual([2, [NOT_ALLOWED]]);
    const { expected, hint } = checkOf(judged, 'signer-is-allowed');
    const place = 'signers[3].identity';
    const differs = `${place}, the nearest of 4 entries, is the issuer: the entry has a / at its end`;
    expect(expected).toContain(`${place}: "${SIGNER.identity}"`);
    expect(hint).toContain(differs);
    for (const format of ['terminal', 'markdown']) {
      const words = ['verify-evidence', bundle, ...flags, '--format', format];
      const { stdout } = await runProgram(words);
      expect(stdout.replaceAll('`', '').replaceAll(/\s+/g, ' ')).toContain(differs);
    }
  });
});

describe('a user name in an otherName (1.3.6.1.4.1.57264.1.7)', async () => {
  const identity = 'somebody!example.com';
  const named = await evidence.pack(
    await evidence.emit({ claims: { email: undefined, sub: identity } }),
  );
  const signer = { identity, issuer: ISSUER };
  const byFlags = [...evidence.root, ...pinOf(signer)];
  const typed = (type: string): readonly string[] => [
    ...byFlags,
    '--certificate-identity-type',
    type,
  ];

  it('verifies with --certificate-identity-type other, and the report says the type', async () => {
    const { code, faults, report } = await evidence.verify(named, typed('other'));
    expect([code, faults]).toEqual([0, []]);
    expect(report.signer).toMatchObject(signer);
    expect(report['signature']).toMatchObject({ certificate: { type: 'other' } });
  });

  it('verifies by a policy with that type, exactly or by a template', async () => {
    for (const name of [{ identity }, { template: '{name}!example.com' }]) {
      const entry = { ...name, issuer: ISSUER, type: 'other' };
      const { code, faults } = await evidence.verify(named, flagsOf(policyOf(entry)));
      expect([code, faults]).toEqual([0, []]);
    }
  });

  it.each([
    ['no type by flags', byFlags],
    ['email by flags', typed('email')],
    ['uri by flags', typed('uri')],
    ['no type in a policy', flagsOf(policyOf(signer))],
    ['email in a policy', flagsOf(policyOf({ ...signer, type: 'email' }))],
    ['uri in a policy', flagsOf(policyOf({ ...signer, type: 'uri' }))],
    ['another name', flagsOf(policyOf({ ...signer, identity: `${identity}.`, type: 'other' }))],
    ['another issuer', flagsOf(policyOf({ ...signer, issuer: `${ISSUER}/`, type: 'other' }))],
    [
      'another domain',
      flagsOf(policyOf({ template: '{name}!example.org', issuer: ISSUER, type: 'other' })),
    ],
    // By AICR's digest of issuer and name, which says no type.
    [
      'the source of an allowlist',
      flagsOf(
        `schemaVersion: 1.0.0\ncommunity:\n  - issuer: ${ISSUER}\n    source: ${sourceOf({ subject: identity, issuer: ISSUER })}\n`,
      ),
    ],
  ])('is not allowed with %s: exit 2', async (_, flags) => {
    const { code, faults } = await evidence.verify(named, flags);
    expect([code, faults]).toEqual([2, [NOT_ALLOWED]]);
  });

  it('is undecided without a pin, and the report names the flag that it needs', async () => {
    const judged = await evidence.verify(named, evidence.root);
    expect([judged.code, judged.faults]).toEqual([4, [`SIGNER_NOT_PINNED ${ATTESTATION}`]]);
    expect(checkOf(judged, 'signer-is-allowed').hint).toContain(
      '--certificate-identity-type other',
    );
  });

  it('is no e-mail address of the same text: type other never matches one', async () => {
    const { code, faults } = await evidence.verify(
      bundle,
      flagsOf(policyOf({ ...SIGNER, type: 'other' })),
    );
    expect([code, faults]).toEqual([2, [NOT_ALLOWED]]);
  });
});

describe('the allowlist of AICR', () => {
  // printf 'https://sandbox.invalid\ncontributor@sandbox.invalid' | sha256sum | head -c 32
  const SOURCE = '916c5b860f40ffe9ad507e07fbdf2dcc';

  it('is a policy: tier, label and place are in the report', async () => {
    const list = (digits: string): string =>
      `schemaVersion: 1.0.0\ncommunity:\n  - label: demo\n    issuer: ${SIGNER.issuer}\n    source: ${digits}\n`;
    const flags = flagsOf(list(SOURCE));
    const { code, report } = await evidence.verify(bundle, flags);
    expect([code, report['policy']]).toMatchObject([
      0,
      {
        entry: {
          at: `${flags.at(-1)}#/community/0`,
          source: SOURCE,
          tier: 'community',
          label: 'demo',
        },
      },
    ]);
    for (const format of ['terminal', 'markdown']) {
      const words = ['verify-evidence', bundle, ...flags, '--format', format];
      const { stdout } = await runProgram(words);
      expect(stdout.replaceAll('`', '')).toContain('community, labelled demo, by');
    }
    const other = await evidence.verify(bundle, flagsOf(list(SOURCE.replace('916c', '0000'))));
    expect([other.code, other.faults]).toEqual([2, [NOT_ALLOWED]]);
  });
});
