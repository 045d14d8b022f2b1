import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeArchive } from '../../../src/archive/encode-archive.ts';
import { memoryFile, type BundleFile } from '../../../src/archive/entry.ts';
import { gunzip } from '../../../src/archive/gzip.ts';
import { readTar } from '../../../src/archive/read-tar.ts';
import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../../src/evidence/layout.ts';
import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import { requireVerifiable } from '../../../src/evidence/pack/self-check.ts';
import type { Validation } from '../../../src/evidence/validate/validate.ts';
import { verifyEvidence } from '../../../src/evidence/verify/verify-evidence.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_ENTRIES,
  MAX_FILE_BYTES,
  MAX_RECIPE_BYTES,
  MAX_SIGSTORE_BUNDLE_BYTES,
  MAX_STATEMENT_BYTES,
  MAX_VALUES_CHARACTERS,
  MAX_VALUE_CHARACTERS,
} from '../../../src/limits.ts';
import { SIGNER, fakeSigner, fakeTrust } from '../../attestation/fake-trust.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { DEMO, TOOL, bundlePath, contentsOf, packDemo, replaced, validateDemo } from '../demo.ts';
import { exampleReport, exampleTest } from '../phase/example-reports.ts';

const RECIPE_HEAD = 'kind: RecipeResult\napiVersion: aicr.run/v1\n';
const SNAPSHOT_HEAD = 'kind: Snapshot\napiVersion: aicr.run/v1\n';

/** The first refusal, and how often the signer was asked. */
async function emit(
  validation: Validation,
  logs: readonly BundleFile[] = [],
  redact: 'minimal' | 'none' = 'none',
) {
  let signed = 0;
  const signer = fakeSigner();
  const counting = {
    sign: async (statement: Uint8Array) => {
      signed += 1;
      return await signer.sign(statement);
    },
  };
  const signing = { signer: counting, trust: fakeTrust() };
  const inputs = { validation, logs, redact };
  const packed = await packEvidence(inputs, signing).catch((error: unknown) => {
    if (error instanceof EvidenceError) return error;
    throw error;
  });
  return { packed, signed };
}

/** A log of any size without content: only its size and digest are looked at before it is written. */
function log(name: string, size = 0): BundleFile {
  return { ...memoryFile(bundlePath(`logs/deployment/${name}`), Buffer.alloc(0)), size };
}

function manyLogs(count: number): readonly BundleFile[] {
  return Array.from({ length: count }, (_, index) => log(`${index}.log`));
}

describe('nothing is signed that no verifier would take', () => {
  // Nine documents, and the directories ctrf, logs and logs/deployment.
  const MOST_LOGS = MAX_ENTRIES - 12;

  it('of more files than a bundle may have, directories included; of as many it is', async () => {
    expect((await emit(validateDemo(), manyLogs(MOST_LOGS))).signed).toBe(1);
    const { packed, signed } = await emit(validateDemo(), manyLogs(MOST_LOGS + 1));
    expect(packed).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      found: 'more than 10000 entries',
      hint: 'give fewer or smaller files; nothing was signed or written',
    });
    expect(signed).toBe(0);
  });

  it('of logs that are too large together', async () => {
    const large = [log('a.log', MAX_FILE_BYTES), log('b.log', MAX_BUNDLE_BYTES - MAX_FILE_BYTES)];
    const { packed, signed } = await emit(validateDemo(), large);
    expect(packed).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(signed).toBe(0);
  });

  it('of one log that is too large', async () => {
    const { packed, signed } = await emit(validateDemo(), [log('a.log', MAX_FILE_BYTES + 1)]);
    expect(packed).toMatchObject({ code: 'LIMIT_EXCEEDED', at: 'logs/deployment/a.log' });
    expect(signed).toBe(0);
  });

  it.each([
    ['of too many', manyLogs(MAX_ENTRIES)],
    ['of one that is too large', [log('a.log', MAX_FILE_BYTES + 1)]],
  ])('with logs beside it, %s', async (_, logs) => {
    const { packed, signed } = await emit(validateDemo(), logs, 'minimal');
    expect(packed).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      hint: 'give fewer or smaller files; nothing was signed or written',
    });
    expect(signed).toBe(0);
  });

  it('of a recipe whose canonical text is larger than a recipe may be', async () => {
    // Indented by four where it was by one.
    const recipe = `${DEMO.recipe}configuration:\n notes: |\n${'  a\n'.repeat(200_000)}`;
    expect(recipe.length).toBeLessThan(MAX_RECIPE_BYTES);
    const { packed, signed } = await emit(validateDemo({ recipe }));
    expect(packed).toMatchObject({ code: 'LIMIT_EXCEEDED', at: 'recipe.yaml' });
    expect(signed).toBe(0);
  });

  it('of a statement that does not fit into an attestation', async () => {
    // Each value of the cluster, and each that a constraint looks at, is one of the statement; six bytes each.
    const text = `"${'\\a'.repeat(MAX_VALUE_CHARACTERS)}"`;
    const most = MAX_VALUES_CHARACTERS / MAX_VALUE_CHARACTERS;
    const constraints = '- {name: OS.release.NAME, value: x}\n'.repeat(most);
    const subtype = (type: string, name: string, key: string) =>
      `- type: ${type}\n  subtypes:\n  - subtype: ${name}\n    data: {${key}: ${text}}\n`;
    const { packed, signed } = await emit(
      validateDemo({
        recipe: `${RECIPE_HEAD}constraints:\n${constraints}componentRefs: []\n`,
        snapshot: `${SNAPSHOT_HEAD}measurements:\n${subtype('OS', 'release', 'NAME')}${subtype('GPU', 'hardware', 'model')}${subtype('K8s', 'node', 'provider')}`,
      }),
    );
    expect(packed).toMatchObject({ code: 'LIMIT_EXCEEDED', at: 'statement.intoto.json' });
    expect(signed).toBe(0);
  });

  it('and the largest statement fits into an attestation, with all that a signature adds', () => {
    const base64 = Math.ceil(MAX_STATEMENT_BYTES / 3) * 4;
    expect(MAX_SIGSTORE_BUNDLE_BYTES - base64).toBeGreaterThan(512 * 1024);
  });

  it('of files that contradict each other, which would be a bug', async () => {
    const validation = validateDemo();
    const { files } = await packDemo(validation);
    const contents = await contentsOf(files);
    const packed = (change: (text: string) => string) =>
      files.map(({ path }) => {
        const bytes = contents.get(path) ?? Buffer.alloc(0);
        const isChanged = path === 'statement.intoto.json';
        return memoryFile(path, isChanged ? Buffer.from(change(bytes.toString())) : bytes);
      });
    expect(() =>
      requireVerifiable(
        packed((text) => text),
        validation,
      ),
    ).not.toThrow();
    const other = packed((text) => replaced(text, '"k8s.node.provider"', '"other"'));
    expect(refusalOf(() => requireVerifiable(other, validation))).toMatchObject({
      code: 'INTERNAL',
      at: 'statement.intoto.json#/predicate/fingerprint/service/source',
      found: expect.stringContaining('FINGERPRINT_DIFFERS'),
    });
  });
});

const SCALARS = [
  ...['', '~', 'null', '""', "''", "' '", 'a', 'any', 'ANY', 'eks', 'h100', 'ubuntu', '1.30'],
  ...['true', 'True', '0o17', '.inf', '2001-01-01', '"\\u0001"', '"\\L"', '"a\\nb"', "'a: b'"],
  ...['[]', '{}', '[a, b]', '{a: b}', '{a: }', '[{a}]', '[[]]', '"\u{1F600}"', '>= 1.30', '!= x'],
];
const scalar = fc.constantFrom(...SCALARS);

/** Mostly what is read, so that most documents are. */
function mostly(...usual: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: scalar },
  );
}

const block = fc.oneof(
  scalar.map((text) => ` ${text}\n`),
  fc.constantFrom(' |\n   x\n   y\n', ' >-\n   x\n   y\n', '\n', '\n  a: b\n', '\n- a\n'),
);

/** The lines of a map; some of the keys are there. */
function lines(
  indent: string,
  usual: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<string> {
  const values = Object.entries(usual).map(([key, texts]) =>
    fc.option(
      mostly(...texts).map((value) => `${indent}${key}: ${value}\n`),
      { nil: '' },
    ),
  );
  return fc.tuple(...values).map((all) => all.join(''));
}

const PHASE = ['', 'null', '{}', '{checks: [x, y]}', '{checks: [x], timeout: 1}'];
const TEXTS = ['a', '"a\\tb"', "''", "'1.30'", '1.30', 'true'];

const recipe = fc
  .record({
    criteria: lines('  ', {
      service: ['eks', 'any', "'EKS '"],
      accelerator: ['h100', ''],
      os: ['ubuntu', 'al2', '~'],
      intent: ['training'],
      nodes: ['2', '0'],
    }),
    validation: fc.oneof(
      lines('  ', { readiness: PHASE, deployment: PHASE, conformance: PHASE }).map(
        (text) => `\n${text}`,
      ),
      mostly(...PHASE).map((text) => ` {deployment: ${text}}\n`),
      mostly('', '{}').map((text) => ` ${text}\n`),
    ),
    constraint: mostly(...TEXTS),
    component: lines('  ', {
      version: TEXTS,
      tag: TEXTS,
      source: TEXTS,
      overrides: ['{image: a/b:1}', '{a: {repository: a, tag: 1}}', ''],
    }),
    more: block,
  })
  .map(
    ({ criteria, validation, constraint, component, more }) => `kind: RecipeResult
apiVersion: aicr.run/v1
criteria:\n${criteria}validation:${validation}constraints:
- name: OS.release.ID
  value: ${constraint}
componentRefs:
- name: x
${component}more:${more}`,
  );

const snapshot = fc
  .record({
    release: lines('        ', { ID: TEXTS, VERSION_ID: TEXTS, x: SCALARS }),
    node: lines('        ', { provider: TEXTS, x: SCALARS }),
    hardware: lines('        ', { model: TEXTS }),
    label: lines('        ', {
      'nvidia.com/gpu.product': ['NVIDIA-H100|a,b', '|', 'x|a'],
      'topology.kubernetes.io/region': TEXTS,
    }),
    image: lines('        ', { driver: TEXTS, 'b/c': TEXTS, "'a:b'": TEXTS }),
    more: block,
  })
  .map(
    ({ release, node, hardware, label, image, more }) => `kind: Snapshot
apiVersion: aicr.run/v1
measurements:
- type: OS
  subtypes:
  - subtype: release
    data:\n${release}- type: K8s
  subtypes:
  - subtype: node
    data:\n${node}  - subtype: image
    data:\n${image}- type: GPU
  subtypes:
  - subtype: hardware
    data:\n${hardware}- type: NodeTopology
  subtypes:
  - subtype: label
    data:\n${label}more:${more}`,
  );

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom('x', 'y'));

const report = fc
  .array(
    fc.record(
      {
        name: anyText.map((text) => text.toWellFormed()),
        status: fc.constantFrom('passed', 'failed', 'skipped', 'pending', 'other'),
        message: fc.oneof(fc.constantFrom(null, 1, true), fc.string()),
        suite: fc.constantFrom('deployment', ['deployment'], null),
        flaky: fc.constantFrom(true, false, null, 'true'),
        retries: fc.constantFrom(0, 2, '2', null),
        stdout: fc.array(fc.string(), { maxLength: 3 }),
        extra: fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }),
      },
      { requiredKeys: ['name', 'status'] },
    ),
    { maxLength: 4 },
  )
  .map((tests) =>
    exampleReport(tests.map(({ name, status, ...more }) => exampleTest(name, status, more))),
  );

describe('whatever is emitted', () => {
  it('is verified, or failed where it is red, from the bytes of its archive', async () => {
    let accepted = 0;
    const inputs = fc.record({ recipe, snapshot, report });
    await fc.assert(
      fc.asyncProperty(inputs, async ({ report: deployment, ...documents }) => {
        const results = { deployment: JSON.stringify(deployment) };
        const found = await verified({ ...documents, results });
        if (found === undefined) return;
        accepted += 1;
        const { verdict, checks } = found;
        expect([verdict, checks.filter(({ outcome }) => outcome === 'skipped')]).toEqual([
          expect.stringMatching(/^(?:verified|failed)$/),
          [],
        ]);
      }),
      { numRuns: propertyRuns(100, 500) },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});

/** What a verifier says of the evidence of these inputs; undefined if no evidence was made of them. */
async function verified(inputs: Parameters<typeof validateDemo>[0]) {
  try {
    const { packed } = await emit(validateDemo(inputs), [log('a.log')]);
    if (packed instanceof EvidenceError) return undefined;
    const archive = encodeArchive(packed.files, { mtime: 0, layout: EVIDENCE_LAYOUT });
    const options = { trust: fakeTrust(), policy: { signers: [SIGNER] }, allowUnsigned: false };
    return await verifyEvidence(readTar(gunzip(archive)), { ...options, tool: TOOL });
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
