import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';

import { read } from '../docs/repository.ts';
import { ROOT } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';

const PATH = join(ROOT, 'testdata/demo/snapshot.yaml');
const SNAPSHOT = readFileSync(PATH, 'utf8');
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(read('schemas/fingerprint.schema.json')) as object,
);

const directory = mkdtempSync(join(tmpdir(), 'affidavit-fingerprint-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The demo's snapshot with these parts replaced, each of which it must have. */
function changed(...changes: readonly (readonly [string, string])[]): string {
  const text = changes.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replaceAll(from, to);
  }, SNAPSHOT);
  const path = join(directory, 'changed.yaml');
  writeFileSync(path, text);
  return path;
}

async function shown(path: string) {
  const { code, stdout, stderr } = await runProgram(['snapshot', 'fingerprint', path]);
  expect(code).toBe(0);
  return { stdout, stderr };
}

async function json(path: string) {
  const words = ['snapshot', 'fingerprint', path, '--format', 'json'];
  const { code, stdout, stderr } = await runProgram(words);
  expect([code, stderr]).toEqual([0, '']);
  const report = JSON.parse(stdout) as {
    readonly fingerprint: Readonly<Record<string, object>>;
    readonly findings: readonly { readonly code: string; readonly found: string }[];
  };
  expect([isValid(report), isValid.errors]).toEqual([true, null]);
  return report;
}

const PRODUCT = 'nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3|';
const REGION = 'topology.kubernetes.io/region: us-west-2|';

describe('affidavit snapshot fingerprint', () => {
  it('shows each dimension with its source', async () => {
    expect(await shown(PATH)).toEqual({
      stderr: '',
      stdout: `service       eks, from k8s.node.provider
accelerator   h100, from nodeTopology.label.nvidia.com/gpu.product
gpuModel      h100, from gpu.hardware.model
os            ubuntu, version 24.04, from os.release
k8sVersion    1.33.4-eks-e386d34, from k8s.server.version
region        us-west-2, from nodeTopology.label.topology.kubernetes.io/region
nodeCount     6, from nodeTopology.summary.node-count
gpuNodeCount  4, from nodeTopology.label.nvidia.com/gpu.product
`,
    });
  });

  it('shows the same as JSON, by the schema, and the same of standard input', async () => {
    const { fingerprint, findings } = await json(PATH);
    expect(findings).toEqual([]);
    expect(Object.keys(fingerprint)).toEqual([
      ...['service', 'accelerator', 'gpuModel', 'os', 'k8sVersion', 'region'],
      ...['nodeCount', 'gpuNodeCount'],
    ]);
    expect(fingerprint['os']).toEqual({ value: 'ubuntu', version: '24.04', source: 'os.release' });
    const file = await runProgram(['snapshot', 'fingerprint', PATH]);
    const stdin = await runProgram(['snapshot', 'fingerprint', '-'], { stdin: SNAPSHOT });
    expect([stdin.code, stdin.stdout]).toEqual([0, file.stdout]);
  });

  it.each([
    [
      'multi-gpu',
      'accelerator   not shown, from nodeTopology.label.nvidia.com/gpu.product,',
      'accelerator',
      [PRODUCT, 'nvidia.com/gpu.product.L40: L40|c1\n          nvidia.com/gpu.product.H100: H100|'],
    ],
    [
      'multi-region',
      'region        not shown, from nodeTopology.label.topology.kubernetes.io/region,',
      'region',
      [
        REGION,
        'topology.kubernetes.io/region.a: a|c1\n          topology.kubernetes.io/region.b: b|',
      ],
    ],
    [
      'raw-provider',
      'service       gke, from k8s.node.provider,',
      'service',
      ['provider: eks', 'provider: gce://project/zone/name'],
    ],
  ] as const)('shows the note %s', async (note, line, dimension, change) => {
    const path = changed(change);
    const { stdout } = await shown(path);
    expect(stdout).toContain(line);
    expect(stdout.replaceAll(/\n {14}/g, ' ')).toContain(`, ${note}: `);
    expect((await json(path)).fingerprint[dimension]).toMatchObject({ note });
  });

  it('says of an unknown product and model that no accelerator is known, and why', async () => {
    const path = changed(
      [PRODUCT, 'nvidia.com/gpu.product: GH200|'],
      ['model: h100', 'model: gh200'],
    );
    const { fingerprint, findings } = await json(path);
    expect(fingerprint['accelerator']).toMatchObject({ value: '', note: 'unknown-sku' });
    expect(findings).toMatchObject([
      {
        code: 'DIMENSION_UNKNOWN',
        found: 'accelerator: the snapshot shows "GH200", for which AICR has no recipes',
      },
    ]);
    const { stderr } = await shown(path);
    expect(stderr).toMatch(
      /^warning: DIMENSION_UNKNOWN .*GH200.*only a recipe that names no accelerator fits/,
    );
  });

  it('never reads the fingerprint that the file claims', async () => {
    const before = await shown(PATH);
    const path = changed(['value: us-west-2', 'value: eu-west-1'], ['  gpuNodeCount: 4', '']);
    expect(await shown(path)).toEqual(before);
  });

  it('escapes what a terminal would obey', async () => {
    const path = changed(['provider: eks', String.raw`provider: "\e[2Jeks"`]);
    const { stdout } = await shown(path);
    expect(stdout).not.toContain('\u001B');
    expect(stdout).toContain('[2Jeks');
  });

  it.each([
    ['a recipe', 'recipe.yaml', 'KIND_UNEXPECTED', 'a resolved recipe'],
    ['a report', 'results/deployment.json', 'KIND_UNEXPECTED', 'a CTRF report'],
  ])('refuses %s by name', async (_, file, code, found) => {
    const path = join(ROOT, 'testdata/demo', file);
    const run = await runProgram(['snapshot', 'fingerprint', path]);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(`error: ${code}`);
    expect(run.stderr).toContain(`found: ${found}`);
  });

  it('is exit 3 without the file, and 64 without a name or with another form', async () => {
    const codes = await Promise.all(
      [['no.yaml'], [], [PATH, '--format', 'markdown']].map(async (words) => {
        return (await runProgram(['snapshot', 'fingerprint', ...words])).code;
      }),
    );
    expect(codes).toEqual([3, 64, 64]);
  });
});
