// Vectors of the smaller rules: the canonical text, limits, odd archives, claims about files.
import { gunzipSync, gzipSync } from 'node:zlib';

import { pax, tar, type Part } from '../../archive/tar-parts.ts';
import type { Edits } from '../evidence.ts';
import { INPUTS, edit, packed, packedUnsigned, report, type Inputs, type Make } from './kit.ts';

const { recipe: RECIPE, snapshot: SNAPSHOT, results: RESULTS } = INPUTS;

const honest =
  (change: Partial<Inputs>): Make =>
  async (kit) =>
    await packedUnsigned(await kit.honest(change));

const lied =
  (edits: Edits): Make =>
  async (kit) =>
    await packed(await kit.liar(edits));

const claimed = (pointer: string, value: unknown): Make =>
  lied({ statement: { [pointer]: value } });

/** Every style of scalar, list and map, as the canonical text has it. */
const STYLES = edit(RECIPE, [
  'validation:\n',
  `notes:
    "10": bytes, not numbers
    "9": come first
    Zebra: capitals
    apple: before small letters
    brackets: [a, 'b, c', {k: v, "x": [], y: {}}]
    folded: >-
        one two

        three
    list:
        - - inner
          - {}
        - key: |
            literal
              text
          other:
    spaces: |4-
          begins with spaces
    ? "two\\nlines"
    : a key
    zig: 'it''s'
    é: behind all of ASCII
validation:
`,
]);

/** Signed with a recipe.yaml that is not the canonical text. */
const miswritten =
  (...changes: readonly (readonly [string, string])[]): Make =>
  async (kit) => {
    const files = { 'recipe.yaml': edit(STYLES, ...changes) };
    return await packed(await kit.liar({ files }, await kit.honest({ recipe: STYLES })));
  };

const CANONICAL: Readonly<Record<string, Make>> = {
  'good-recipe-of-all-styles': honest({ recipe: STYLES }),
  'recipe-order-without-case': miswritten(
    ['    Zebra: capitals\n', ''],
    ['letters\n', 'letters\n    Zebra: capitals\n'],
  ),
  'recipe-order-of-numbers': miswritten(
    ['    "10": bytes, not numbers\n', ''],
    ['first\n', 'first\n    "10": bytes, not numbers\n'],
  ),
  'recipe-blanks-in-brackets': miswritten(['[a, ', '[ a, ']),
  'recipe-null-written-with-a-blank': miswritten(['other:\n', 'other: \n']),
  'recipe-folded-otherwise': miswritten(['one two\n', 'one\n        two\n']),
  'recipe-profile-dialect': lied({
    files: { 'recipe.yaml': edit(RECIPE, ['aicr.run/v1', 'aicr.run/v1beta2']) },
  }),
};

/** The entries of an honest archive and others. */
const entries =
  (change: (parts: readonly Part[]) => readonly Part[]): Make =>
  async (kit) => {
    const parts = [...(await kit.honest())].map(([name, content]) => ({ name, content }));
    return gzipSync(tar(...change(parts)), { level: 9 });
  };

const added = (...more: readonly Part[]): Make => entries((parts) => [...parts, ...more]);

/** The first header, changed before its checksum is taken. */
const patched = (patch: (header: Buffer) => void, magic?: string): Make =>
  entries(([first, ...others]) => {
    if (first === undefined) throw new Error('no entry');
    return [{ ...first, patch, ...(magic === undefined ? {} : { magic }) }, ...others];
  });

const GNU = 'ustar  \0';
const BLOCK = 512;

const ARCHIVE: Readonly<Record<string, Make>> = {
  'good-gnu-header-and-pax': entries(([first, second, ...others]) => {
    if (first === undefined || second === undefined) throw new Error('no entries');
    const global = pax([['comment', 'for all']], 'g');
    const one = pax([
      ['mtime', '1780315200.123456789'],
      ['SCHILY.xattr.user.x', 'y'],
    ]);
    return [global, one, first, { ...second, magic: GNU }, ...others];
  }),
  'good-path-of-98-characters': lied({ files: { [`logs/${'a'.repeat(93)}`]: 'x' } }),
  'tar-path-of-99-characters': added({ name: `logs/${'a'.repeat(94)}`, content: 'x' }),
  'tar-gnu-prefix': patched((header) => header.write('x', 345), GNU),
  'tar-byte-500': patched((header) => header.write('x', 500)),
  'tar-mode-not-octal': patched((header) => header.write('0000688\0', 100)),
  'tar-directory-with-size': added({ name: 'logs/', typeFlag: '5', content: 'x' }),
  'tar-global-header-late': added(pax([['comment', 'x']], 'g'), { name: 'logs/x', content: 'x' }),
  'tar-pax-xattr-without-name': entries((parts) => [pax([['SCHILY.xattr.', 'x']]), ...parts]),
  'tar-file-and-directory': added({ name: 'recipe.yaml/x', content: 'x' }),
  'tar-one-block-of-zeros': async (kit) => {
    const bytes = gunzipSync(await packed(await kit.honest()));
    const used = Math.ceil((bytes.findLastIndex((byte) => byte !== 0) + 1) / BLOCK);
    return gzipSync(bytes.subarray(0, (used + 1) * BLOCK), { level: 9 });
  },
};

const ZEROS = `sha256:${'0'.repeat(64)}`;

const CLAIMS: Readonly<Record<string, Make>> = {
  'claim-bom-digest': claimed('/predicate/bom/digest', ZEROS),
  'claim-bom-format': claimed('/predicate/bom/format', 'SPDX'),
  'claim-ctrf-digest': claimed('/predicate/phases/deployment/ctrfDigest', ZEROS),
  'claim-fingerprint-note': claimed('/predicate/fingerprint/region/note', 'multi-region'),
};

const ITEMS = (region: string): string =>
  edit(SNAPSHOT, [
    '          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2\n',
    `          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2
        items:
          - context: {key: nvidia.com/gpu.product, value: NVIDIA-H200}
            data: {node-count: 1, node-list: gpu-7, truncated: false}
          - context: {key: topology.kubernetes.io/region, value: us-west-2}
            data: ${region}
`,
  ]);

const FINGERPRINTS: Readonly<Record<string, Make>> = {
  'fingerprint-items-not-truncated': honest({
    snapshot: ITEMS('{node-count: 1, node-list: gpu-7, truncated: true}'),
  }),
  'fingerprint-items-reference-elsewhere': honest({
    snapshot: ITEMS('{node-count: 2, node-list-ref: nvidia.com/gpu.product, truncated: false}'),
  }),
  'fingerprint-provider-in-capitals': honest({
    snapshot: edit(SNAPSHOT, ['provider: eks', 'provider: EKS']),
  }),
  'match-rtx-pro-6000': honest({
    recipe: edit(RECIPE, ['accelerator: h100', 'accelerator: rtx-pro-6000']),
    snapshot: edit(SNAPSHOT, ['NVIDIA-H100-80GB-HBM3|', 'NVIDIA-RTX-PRO-6000-Blackwell|']),
  }),
};

const X = (count: number): string => 'x'.repeat(count);

const LIMITED = edit(SNAPSHOT, [
  '  - type: NodeTopology\n',
  `      - subtype: probe
        data:
          digits100: "${'0'.repeat(99)}1.2"
          digits101: "${'0'.repeat(100)}1.2"
          long256: 1.2-${X(252)}
          long257: 1.2-${X(253)}
          long65537: ${X(65_537)}
  - type: NodeTopology
`,
]);

const LIMITS = [
  ['digits100', "'>= 1'"],
  ['digits101', "'>= 1'"],
  ['long256', "'>= 1'"],
  ['long257', "'>= 1'"],
  ['long257', "'!= 1.2'"],
  ['long257', "'!= x'"],
  ['long256', `'!= 1.2-${X(253)}'`],
  ['long256', `'!= a1.2-${X(253)}'`],
  ['long65537', "'!= x'"],
  ['digits100', "'! x'"],
  ['digits100', "'> = 5'"],
]
  .map(([key = '', value = '']) => `    - name: OS.probe.${key}\n      value: ${value}\n`)
  .join('');

const CONSTRAINTS: Readonly<Record<string, Make>> = {
  'constraints-limits': honest({
    recipe: edit(RECIPE, [
      `    - name: K8s.server.version\n      value: '>= 1.32'\n    - name: OS.release.VERSION_ID\n      value: "24.04"\n`,
      LIMITS,
    ]),
    snapshot: LIMITED,
  }),
};

/** One test, or several of one name, with the figures that each printed. */
const measuring = (
  demand: string,
  ...tests: readonly (readonly [status: string, ...figures: readonly string[]])[]
): Make =>
  honest({
    recipe: edit(RECIPE, ["value: '>= 300'", `value: ${demand}`]),
    results: {
      ...RESULTS,
      performance: report(
        'performance',
        ...tests.map(
          ([status, ...figures]) =>
            [
              'nccl-all-reduce-bw',
              status,
              { stdout: figures.map((figure) => `NCCL All Reduce bandwidth: ${figure} GB/s`) },
            ] as const,
        ),
      ),
    },
  });

const FIGURES: Readonly<Record<string, Make>> = {
  'figure-at-a-strict-bound': measuring("'> 300'", ['passed', '270.000000']),
  'figure-of-a-skipped-test': measuring("'>= 300'", ['passed', '488.37'], ['skipped', '1.00']),
  'figure-unit-without-blank': measuring('">= 300GB/s"', ['passed', '500', '400']),
  'figure-unit-behind-blanks': measuring('">= 300  GB/s"', ['passed', '500', '400']),
  'figure-unevaluable-and-absent': measuring('fast', ['passed']),
};

/** The report of deployment with one part of its text changed. */
const misreported = (from: string, to: string): Make =>
  lied({
    files: {
      'ctrf/deployment.json': edit(
        report('deployment', ['operator-health', 'passed'], ['x', 'skipped', { message: 'm' }]),
        [from, to],
      ),
    },
  });

const REPORTS: Readonly<Record<string, Make>> = {
  'report-message-is-a-map': misreported('"message": "m"', '"message": {}'),
  'report-suite-of-null': lied({
    files: {
      'ctrf/deployment.json': report(
        'deployment',
        ['operator-health', 'passed', { suite: [null] }],
        ['x', 'skipped'],
      ),
    },
  }),
};

export const MORE: Readonly<Record<string, Make>> = {
  ...CANONICAL,
  ...ARCHIVE,
  ...CLAIMS,
  ...FINGERPRINTS,
  ...CONSTRAINTS,
  ...FIGURES,
  ...REPORTS,
};
