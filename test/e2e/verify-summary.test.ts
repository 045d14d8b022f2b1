// `verify-evidence SUMMARY`: one signed VSA that is believed, and one change each.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { KEYS } from '../io/sigstore/kms-plugins.ts';
import { ROOT, type Run } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { DEMO, EPOCH, OUT } from './emit.ts';

const ID = 'https://example.com/verifier/v1';
const RESOURCE = 'https://example.com/evidence.tar.gz';
const PIN = ['--trusted-root', 'log.json', '--policy', 'verifiers.json'];
const RECIPE = 'h100-eks-ubuntu-training-kubeflow';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-vsa-read-'));
const path = (name: string): string => join(folder, name);
const write = (name: string, content: string | Buffer): void => writeFileSync(path(name), content);
const pem = (name: 'p256' | 'p384'): string =>
  KEYS[name].publicKey.export({ format: 'pem', type: 'spki' }).toString();

async function run(words: readonly string[]): Promise<Run> {
  return await runProgram(words, { cwd: folder, env: EPOCH });
}

const ENTRY = { key: pem('p256'), verifierIds: [ID], recipes: [RECIPE], resources: [RESOURCE] };

function policy(change: object = {}, more: object = {}): string {
  const verifiers = [{ ...ENTRY, ...change }];
  return JSON.stringify({ schemaVersion: '1.2.0', verifiers, ...more });
}

/** Evidence, and of it a PASSED VSA and SVR, a FAILED one, and one that nobody signed. */
beforeAll(async () => {
  const { privateKey } = KEYS.p256;
  write('p256.key', privateKey.export({ format: 'pem', type: 'pkcs8' }));
  write('p256.pub', pem('p256'));
  write('verifiers.json', policy());
  write(
    'signers.json',
    JSON.stringify({ schemaVersion: '1.1.0', signers: [{ key: pem('p256') }] }),
  );
  write('nobody.json', policy({}, { signers: [{ key: pem('p384') }] }));
  const sandbox = await startSandbox();
  const { trustedRoot: root, signingConfigs } = sandbox;
  // The log alone: no authority that signs for anybody, so that the root is no sandbox.
  const log = { ...root, certificateAuthorities: [], timestampAuthorities: [] };
  write('log.json', JSON.stringify(log));
  write('config.json', JSON.stringify(signingConfigs['signing_config.v1.json']));
  const [recipe = '', snapshot = '', results = ''] = [
    'recipe.yaml',
    'snapshot.yaml',
    'results',
  ].map((name) => join(DEMO, name));
  const signing = [
    '--signing-config',
    'config.json',
    '--trusted-root',
    'log.json',
    '--key',
    'p256.key',
  ];
  const inputs = ['--recipe', recipe, '--snapshot', snapshot, '--results', results];
  const verify = ['verify-evidence', OUT, '--verifier-id', ID, '--resource-uri', RESOURCE];
  const pinned = ['--policy', 'signers.json'];
  const emit = ['--emit-vsa', 'vsa.json', '--emit-svr', 'svr.json', '--sign'];
  const calls = [
    ['validate', ...inputs, ...signing, '--emit-evidence', OUT],
    [...verify, ...signing, ...pinned, ...emit],
    [...verify, ...signing, '--policy', 'nobody.json', '--emit-vsa', 'failed.json', '--sign'],
    [...verify, '--trusted-root', 'log.json', ...pinned, '--emit-vsa', 'plain.json'],
  ];
  const codes: unknown[] = [];
  for (const call of calls) codes.push((await run(call)).code);
  await sandbox.close();
  expect(codes).toEqual([0, 0, 2, 0]);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Report {
  readonly answer: string;
  readonly exitCode: number;
  readonly recomputed: boolean;
  readonly said?: { readonly verifier: string; readonly result: string };
  readonly checks: readonly { readonly faults: readonly { code: string; at: string }[] }[];
  readonly repeat: readonly string[];
}

const validate = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(join(ROOT, 'schemas/summary-report.schema.json'), 'utf8')) as object,
);

async function report(
  words: readonly string[],
): Promise<Report & { readonly code: number | null }> {
  const { code, stdout } = await run(['verify-evidence', ...words, '--format', 'json']);
  const json = JSON.parse(stdout) as Report;
  expect([validate(json), validate.errors]).toEqual([true, null]);
  return { ...json, code };
}

function faultsOf({ checks }: Report): readonly (readonly [string, string])[] {
  return checks.flatMap(({ faults }) => faults.map(({ code, at }) => [code, at] as const));
}

describe('E-61 verify-evidence of a summary', () => {
  it('E-61 believes a VSA whose signer may say so, and says whose word it is', async () => {
    const json = await report(['vsa.json', ...PIN]);
    expect(json).toMatchObject({
      ...{ code: 0, answer: 'passed', exitCode: 0, recomputed: false, sandbox: false },
      said: {
        ...{ verifier: ID, result: 'PASSED', resourceUri: RESOURCE, time: '2026-06-10T01:20:00Z' },
        predicateType: 'https://slsa.dev/verification_summary/v1',
      },
      policy: { entry: { at: 'verifiers.json#/verifiers/0' } },
    });
    expect(json).not.toHaveProperty('verdict');
    const again = await run([...json.repeat.slice(1), '--format', 'json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ answer: 'passed', repeat: json.repeat });
  });

  it.each(['terminal', 'markdown'])('E-61 never reads like verified evidence: %s', async (form) => {
    const { code, stdout } = await run(['verify-evidence', 'vsa.json', ...PIN, '--format', form]);
    expect(code).toBe(0);
    const [title] = stdout.split('\n');
    expect(title).toContain('The word of a verifier: PASSED; nothing was recomputed here');
    expect(stdout).not.toMatch(/✅|✓|[Gg]reen|Verified\b(?! *:)/);
    const text = stdout.replaceAll(/\s+/g, ' ');
    const said =
      form === 'terminal'
        ? `${ID} says that ${RESOURCE} PASSED`
        : `says that \`${RESOURCE}\` PASSED`;
    expect(text).toContain(said);
    expect(text).toContain('Nothing of the evidence was read or recomputed here.');
  });

  it('E-61 believes an SVR too, if the entry asks for no resource', async () => {
    write('change.json', policy({ resources: undefined }));
    const pin = [...PIN.slice(0, 3), 'change.json'];
    expect(await report(['svr.json', ...pin])).toMatchObject({ code: 0, answer: 'passed' });
    const json = await report(['svr.json', ...PIN]);
    expect([json.code, ...faultsOf(json)]).toEqual([2, ['SIGNER_NOT_ALLOWED', 'svr.json']]);
  });

  it.each<[string, string, object, number, string]>([
    ['another signer', 'vsa.json', { key: pem('p384') }, 2, 'PUBLIC_KEY_UNKNOWN'],
    ['another verifier id', 'vsa.json', { verifierIds: [`${ID}0`] }, 2, 'SIGNER_NOT_ALLOWED'],
    ['another recipe', 'vsa.json', { recipes: ['other'] }, 2, 'SIGNER_NOT_ALLOWED'],
    ['another resource', 'vsa.json', { resources: ['urn:a'] }, 2, 'SIGNER_NOT_ALLOWED'],
    [
      'another policy',
      'vsa.json',
      { policyDigests: [`sha256:${'a'.repeat(64)}`] },
      ...([2, 'SIGNER_NOT_ALLOWED'] as const),
    ],
    ['a property that it lacks', 'vsa.json', { properties: ['X'] }, 1, 'SUMMARY_NOT_PASSED'],
    ['a day at most', 'vsa.json', { maximumAgeDays: 1 }, 4, 'STALE'],
    ['all as it is, of FAILED', 'failed.json', {}, 1, 'SUMMARY_NOT_PASSED'],
    ['all as it is, unsigned', 'plain.json', {}, 4, 'UNSIGNED'],
  ])(
    'E-61 does not believe it if the policy wants %s',
    async (_, file, change, ...[code, first]) => {
      write('change.json', policy(change));
      const pin = [...PIN.slice(0, 3), 'change.json', '--at', '2026-06-12T00:00:00Z'];
      const json = await report([file, ...pin]);
      expect([json.code, json.exitCode]).toEqual([code, code]);
      const [[found, at] = []] = faultsOf(json);
      expect([found, at?.replace(/#.*/, '')]).toEqual([first, file]);
      expect(json.answer).toBe({ 1: 'failed', 2: 'invalid', 4: 'undecided' }[code]);
    },
  );

  it.each<[string, string[]]>([
    ['names signers of evidence alone', ['--policy', 'signers.json']],
    ['is a flag for who signs evidence', ['--public-key', 'p256.pub']],
  ])('E-61 has to be decided if the policy %s: exit 4', async (_, words) => {
    const json = await report(['vsa.json', '--trusted-root', 'log.json', ...words]);
    expect([json.code, ...faultsOf(json)]).toEqual([4, ['SIGNER_NOT_PINNED', 'vsa.json']]);
  });

  it('E-61 refuses one in which a byte was changed after it was signed', async () => {
    const bundle = JSON.parse(readFileSync(path('vsa.json'), 'utf8')) as {
      dsseEnvelope: { payload: string };
    };
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString();
    const edited = Buffer.from(payload.replace(RECIPE, `${RECIPE.slice(0, -1)}x`));
    expect(edited.toString()).not.toBe(payload);
    bundle.dsseEnvelope.payload = edited.toString('base64');
    write('edited.json', JSON.stringify(bundle));
    const json = await report(['edited.json', ...PIN]);
    expect(json).toMatchObject({ code: 2, answer: 'invalid' });
    expect(json).not.toHaveProperty('said');
    expect(faultsOf(json)[0]?.[1]).toMatch(/^edited\.json/);
  });

  it('E-61 lets whoever may verify sign no evidence', async () => {
    const { code, stdout } = await run(['verify-evidence', OUT, ...PIN, '--format', 'json']);
    expect(code).toBe(2);
    const { checks } = JSON.parse(stdout) as Report;
    expect(checks.flatMap(({ faults }) => faults.map((fault) => fault.code))).toContain(
      'SIGNER_NOT_ALLOWED',
    );
  });

  it.each<[string, string[]]>([
    ['--recipe', ['--recipe', join(DEMO, 'recipe.yaml')]],
    ['--allow-unsigned', ['--allow-unsigned']],
    ['--emit-vsa', ['--emit-vsa', 'other.json']],
    ['--format', ['--format', 'junit']],
    ['--format', ['--format', 'aicr-json=x.json']],
  ])('E-61 refuses what is about evidence: %s', async (at, words) => {
    const { code, stdout, stderr } = await run(['verify-evidence', 'vsa.json', ...PIN, ...words]);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain(`at: ${at}`);
  });

  it('E-61 says of a sandbox that its signature proves nothing', async () => {
    const sandbox = ['--sign', '--sandbox', '--key', 'p256.key', '--verifier-id', ID];
    const emit = ['--emit-vsa', 'box.json', '--resource-uri', RESOURCE, ...sandbox];
    await run([
      'verify-evidence',
      OUT,
      '--trusted-root',
      'log.json',
      '--policy',
      'signers.json',
      ...emit,
    ]);
    const root = ['--trusted-root', 'box.json.sandbox/trusted_root.json'];
    const words = ['verify-evidence', 'box.json', ...root, '--policy', 'verifiers.json'];
    const { code, stdout } = await run([...words, '--format', 'terminal']);
    expect(code).toBe(0);
    expect(stdout.split('\n\n')[0]?.replaceAll(/\s+/g, ' ')).toBe(
      '! SANDBOX: the word of a verifier: PASSED; its signature proves nothing (exit 0)',
    );
    cpSync(path('box.json'), path('box-copy.json'));
    const real = await report(['box-copy.json', ...PIN]);
    expect(real.code).toBe(2);
  });
});
