// `--format aicr-json`: what scripts read that were written for `aicr evidence verify --format json`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { digestOfHex } from '../../src/digest.ts';
import { renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { sourceOf } from '../../src/policy/policy-signer.ts';
import { read } from '../docs/repository.ts';
import { runProgram } from '../run-here.ts';
import { ARTIFACT, ARTIFACT_NAME, aicrBundle, unsignedAicr } from './aicr-bundle.ts';
import {
  ATTESTATION,
  DEMO_INPUTS,
  SIGNER,
  fileIn,
  flipped,
  makeEvidence,
  valueAt,
  withFile,
} from './evidence.ts';
import type { Files } from './evidence.ts';

const evidence = await makeEvidence();
const good = await aicrBundle(evidence);
const AICR = ['--format', 'aicr-json'];
const STEPS = [
  'materialize-bundle',
  'signature-verify',
  'predicate-parse',
  'manifest-hash-check',
  'render-summary',
];
const CLASSES = ['signature', 'schema', 'integrity', 'transient', 'canceled', 'unknown'];
/** Of §9.1, in their order. */
const FIELDS = [
  ...['input', 'pointer', 'predicate', 'signer', 'recipeName', 'bundleDigest', 'steps', 'exit'],
  ...['pending', 'failureCause'],
];

interface Result {
  readonly code: number | null;
  readonly text: string;
}

async function run(...words: readonly string[]): Promise<Result> {
  const { code, stdout } = await runProgram(['verify-evidence', ...words]);
  return { code, text: stdout };
}

/** What jq prints for such a path: a field that is not there is null. */
function jq({ text }: Result, path: string): unknown {
  const report: unknown = JSON.parse(text);
  const at = path.slice(1).split('.');
  return at.reduce<unknown>((value, key) => Reflect.get(Object(value), key) ?? null, report);
}

async function verify(files: Files, ...flags: readonly string[]): Promise<Result> {
  return await run(evidence.unpack(files), ...AICR, ...flags);
}

/** A phase that the recipe demands was not run. */
const { deployment, conformance } = DEMO_INPUTS.results;
const red = await evidence.emit({
  results: { deployment, conformance } as typeof DEMO_INPUTS.results,
});

describe('the job in docs/aicr.md', () => {
  const [, text = ''] = /^```yaml\n(name: [^]*?)^```/m.exec(read('docs/aicr.md')) ?? [];
  const job = parse(text) as { jobs: { verify: { steps: { run?: string }[] } } };
  const script = job.jobs.verify.steps.at(-1)?.run ?? '';
  const [, command = ''] = /^affidavit (.*) > report\.json \|\| true$/m.exec(script) ?? [];

  /** What its last step ends with, where the evidence is this. */
  async function ends(files: Files): Promise<number | null> {
    const allowlist = evidence.path();
    const { issuer, identity } = SIGNER;
    const entry = `{issuer: "${issuer}", source: "${sourceOf({ subject: identity, issuer })}"}`;
    writeFileSync(allowlist, `schemaVersion: 1.0.0\ncommunity: [${entry}]\n`);
    const words = command.split(' ').map((word) => {
      if (word.startsWith('trusted/')) return allowlist;
      return word.startsWith('proposed/') ? evidence.unpack(files) : word;
    });
    const { stdout } = await runProgram([...words, ...evidence.root]);
    const folder = evidence.path();
    mkdirSync(folder);
    writeFileSync(join(folder, 'report.json'), stdout);
    const afterwards = script.slice(script.indexOf('|| true') + '|| true'.length);
    // What jq does here: the number, on one line.
    const fakeJq = `jq() { sed -n 's/^  "exit": \\([0-9]*\\).*/\\1/p' report.json; }\n`;
    return spawnSync('bash', ['-e', '-c', `${fakeJq}${afterwards}`], { cwd: folder }).status;
  }

  it.each([
    ['good evidence', good, 0],
    ['a red phase', red, 0],
    ['a changed file', withFile(good, 'bom.cdx.json', '{}'), 1],
    ['evidence that nobody signed', unsignedAicr(good), 1],
  ])('ends as it says with %s', async (_, files, code) => {
    expect(await ends(files)).toBe(code);
  });
});

describe('--format aicr-json', () => {
  it('has the fields of aicr in their order, its steps, and what its gate reads', async () => {
    const result = await verify(good, ...evidence.pin);
    const report = JSON.parse(result.text) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual(FIELDS.filter((name) => name in report));
    expect(Object.keys(report)).toEqual([
      ...['input', 'predicate', 'signer', 'recipeName', 'steps', 'exit'],
    ]);
    expect([result.code, jq(result, '.exit'), jq(result, '.input')]).toEqual([0, 0, 'dir']);
    const steps = jq(result, '.steps') as { step: number; name: string; status: string }[];
    expect(steps).toEqual(
      STEPS.map((name, index) => ({ step: index + 1, name, status: 'passed' })),
    );
    const index = valueAt(
      fileIn(good, ATTESTATION),
      '/verificationMaterial/tlogEntries/0/logIndex',
    );
    const rekorLogIndex = index === '0' ? {} : { rekorLogIndex: Number(index) };
    expect(jq(result, '.signer')).toEqual({ ...SIGNER, ...rekorLogIndex });
    expect(jq(result, '.recipeName')).toBe('h100-eks-ubuntu-training');
    const statement = fileIn(good, 'statement.intoto.json');
    expect(jq(result, '.predicate')).toEqual(valueAt(statement, '/predicate'));
    expect(Object.keys(jq(result, '.predicate') as object).slice(0, 4)).toEqual([
      ...['schemaVersion', 'attestedAt', 'aicrVersion', 'aicrCommit'],
    ]);
  });

  it.each<[string, () => Promise<readonly string[]>, number, string | null, boolean]>([
    ['good evidence', async () => [evidence.unpack(good), ...evidence.pin], 0, null, false],
    ['a red phase', async () => [evidence.unpack(red), ...evidence.pin], 1, null, false],
    [
      'a changed file',
      async () => [evidence.unpack(withFile(good, 'bom.cdx.json', '{}')), ...evidence.pin],
      2,
      'integrity',
      false,
    ],
    [
      'a broken statement',
      async () => {
        const statement = { '/predicate/schemaVersion': '9.0.0' };
        return [evidence.unpack(await evidence.rebuild({ statement })), ...evidence.pin];
      },
      2,
      'schema',
      false,
    ],
    ['no such bundle', async () => [evidence.path(), ...evidence.pin], 3, 'transient', false],
    ['nobody named', async () => [evidence.unpack(good), ...evidence.root], 4, 'signature', false],
    [
      'nobody signed',
      async () => [evidence.unpack(unsignedAicr(good)), ...evidence.pin],
      4,
      'signature',
      true,
    ],
    [
      'nobody signed, which is allowed',
      async () => [evidence.unpack(unsignedAicr(good)), '--allow-unsigned'],
      0,
      null,
      true,
    ],
    ['an unknown flag', async () => ['x', '--frobnicate'], 64, 'unknown', false],
    [
      'no such file of --policy',
      async () => ['x', '--policy', evidence.path()],
      3,
      'transient',
      false,
    ],
  ])('says of %s what the exit code says', async (...[, words, exit, cause, pending]) => {
    const result = await run(...(await words()), ...AICR);
    expect([result.code, jq(result, '.exit')]).toEqual([exit, exit]);
    expect(jq(result, '.failureCause.class')).toBe(cause);
    expect([null, ...CLASSES]).toContain(jq(result, '.failureCause.class'));
    expect(jq(result, '.failureCause.httpStatus')).toBeNull();
    expect(typeof jq(result, '.failureCause.hint')).toBe(cause === null ? 'object' : 'string');
    expect(jq(result, '.pending')).toBe(pending ? true : null);
  });

  it('shows what was recorded of a red phase, without calling it a failure', async () => {
    const result = await verify(red, ...evidence.pin);
    const steps = jq(result, '.steps') as { name: string; status: string; detail?: string }[];
    expect(steps.map(({ status }) => status)).toEqual([
      ...['passed', 'passed', 'passed', 'passed', 'informational'],
    ]);
    expect(steps.at(-1)?.detail).toContain('PHASE_NOT_GREEN');
    // AICR knows no such part.
    expect(jq(result, '.predicate.affidavit')).toBeNull();
    const digest = valueAt(
      fileIn(evidence.files, 'statement.intoto.json'),
      '/predicate/recipe/digest',
    );
    expect(jq(result, '.predicate.recipe.digest')).toBe(digest);
  });

  it('names in the last step what is only claimed, also where --accept-claimed takes it for enough', async () => {
    const sysctl = '          /proc/sys/kernel/osrelease: 6.8.0-1029-aws\n';
    const withheld = await evidence.rebuild({
      files: {
        'snapshot.yaml': String(fileIn(evidence.files, 'snapshot.yaml')).replace(sysctl, ''),
      },
      statement: {
        '/predicate/redaction': { policy: 'minimal', version: 'v4', applied: [] },
      },
    });
    const name = 'OS.sysctl./proc/sys/kernel/osrelease';
    const accepted = await verify(withheld, ...evidence.pin, '--accept-claimed');
    expect([accepted.code, jq(accepted, '.exit')]).toEqual([0, 0]);
    const last = (jq(accepted, '.steps') as { name: string; detail?: string }[]).at(-1);
    expect(last).toMatchObject({ name: 'render-summary', status: 'passed' });
    expect(last?.detail).toMatch(/^in part only claimed: /);
    expect(last?.detail).toContain(`"${name}"`);
    const asked = await verify(withheld, ...evidence.pin);
    expect(asked.code).toBe(4);
    const [, , , , step] = jq(asked, '.steps') as { detail?: string }[];
    expect(step?.detail).toMatch(/^VALUE_CLAIMED .*; in part only claimed: /);
  });

  it.each<[string, () => Promise<readonly string[]>]>([
    [
      'the signature does not verify',
      async () => {
        const attestation = fileIn(good, ATTESTATION);
        const at = attestation.indexOf('"sig":"') + 20;
        const files = withFile(good, ATTESTATION, flipped(attestation, at));
        return [evidence.unpack(files), ...evidence.pin];
      },
    ],
    [
      'somebody else signed',
      async () => {
        const pin = ['--certificate-identity', 'you@example.com'];
        return [
          ...[evidence.unpack(good), ...evidence.root, ...pin],
          ...['--certificate-oidc-issuer', SIGNER.issuer],
        ];
      },
    ],
  ])('has no predicate and no signer if %s', async (_, words) => {
    const result = await run(...(await words()), ...AICR);
    expect([result.code, jq(result, '.exit')]).toEqual([2, 2]);
    const fields = ['.predicate', '.predicate.recipe.digest', '.signer', '.pending'];
    expect(fields.map((path) => jq(result, path))).toEqual([null, null, null, null]);
    expect(jq(result, '.failureCause.class')).toBe('signature');
    expect((jq(result, '.steps') as { status: string }[])[1]?.status).toBe('failed');
  });

  it('has the predicate of what nobody signed, as aicr, and says that it is pending', async () => {
    const result = await verify(unsignedAicr(good), '--allow-unsigned');
    const statement = fileIn(good, 'statement.intoto.json');
    expect(jq(result, '.predicate.recipe.digest')).toBe(
      valueAt(statement, '/predicate/recipe/digest'),
    );
    expect([jq(result, '.pending'), jq(result, '.signer')]).toEqual([true, null]);
  });

  it('has the pointer that was named, and 3 without its bundle if that cannot be fetched', async () => {
    const pointer = evidence.write(
      renderPointer({
        ...{ recipe: 'h100-eks-ubuntu-training', profile: undefined, signer: undefined },
        attestedAt: new Date('2026-06-10T01:20:00Z'),
        predicateType: 'https://aicr.run/recipe-evidence/v3',
        artifact: { oci: ARTIFACT_NAME, digest: digestOfHex(ARTIFACT) },
      }),
      '.yaml',
    );
    const bundle = evidence.unpack(good);
    const result = await run(pointer, '--bundle', bundle, ...AICR, ...evidence.pin);
    expect([result.code, jq(result, '.exit'), jq(result, '.input')]).toEqual([0, 0, 'pointer']);
    expect(jq(result, '.pointer')).toEqual({
      schemaVersion: '1.0.0',
      recipe: 'h100-eks-ubuntu-training',
      attestations: [
        {
          bundle: {
            ...{ oci: ARTIFACT_NAME, digest: `sha256:${ARTIFACT}` },
            predicateType: 'https://aicr.run/recipe-evidence/v3',
          },
          attestedAt: '2026-06-10T01:20:00Z',
        },
      ],
    });
    const alone = await run(pointer, ...AICR, '--offline');
    expect([alone.code, jq(alone, '.exit')]).toEqual([3, 3]);
    writeFileSync(pointer, 'schemaVersion: 2.0.0\nrecipe: a\nattestations: []\n');
    const broken = await run(pointer, '--bundle', bundle, ...AICR);
    expect([broken.code, jq(broken, '.exit'), jq(broken, '.failureCause.class')]).toEqual([
      ...[2, 2, 'schema'],
    ]);
  });

  it('says once what several checks of a step met', async () => {
    const steps = jq(await verify(unsignedAicr(good)), '.steps') as { subRows?: unknown[] }[];
    expect(steps.map(({ subRows = [] }) => subRows.length)).toEqual([0, 1, 0, 0, 0]);
  });

  it('is a form of verify-evidence alone', async () => {
    const { code, stdout } = await runProgram(['validate', ...AICR]);
    expect([code, jq({ code, text: stdout }, '.exit')]).toEqual([64, 64]);
  });
});
