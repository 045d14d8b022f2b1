// A revealed value is proven to be one that was withheld, and is then judged as if it had never been.
import { describe, expect, it } from 'vitest';

import { leafOf, saltOf, type WithheldValue } from '../../../src/evidence/redact/commitment.ts';
import { encodeRevealed } from '../../../src/evidence/redact/revealed.ts';
import { refusalOf } from '../../document/refusal.ts';
import { renderVerificationTerminal } from '../../report/render.ts';
import { DEMO, replaced } from '../demo.ts';
import {
  SECRET,
  commitDemo,
  judge,
  predicateOf,
  remade,
  reveal,
  withLeaf,
  withOtherImage,
  type RevealedJson,
} from './committed.ts';

const REGION = 'NodeTopology.label.topology.kubernetes.io/region';
const REGION_PATH = '/measurements/NodeTopology/subtypes/label/data/topology.kubernetes.io~1region';
const AT = 'statement.intoto.json#/predicate';
const CHECK = 'revealed-values-were-withheld:';
const STRICT = { requireRecomputed: true };

const HONEST = await commitDemo();
const OTHER = await commitDemo({
  snapshot: replaced(DEMO.snapshot, 'swappiness: "0"', 'swappiness: "1"'),
});

function judgeWith(revealed: RevealedJson, contents = HONEST.contents, rules = STRICT) {
  return judge(contents, JSON.stringify(revealed), rules);
}

describe('a revealed value', () => {
  it('is recomputed: a region on all nodes is claimed no more', () => {
    const { exitCode, faults, report } = judgeWith(reveal(HONEST.openings, REGION));
    expect(faults).toEqual(['bom-matches-claims: VALUE_CLAIMED bom.cdx.json']);
    expect(exitCode).toBe(4);
    expect(report.facts.onlyClaimed).toEqual(['images']);
    expect(report.checks.at(-1)).toMatchObject({
      name: 'revealed-values-were-withheld',
      outcome: 'passed',
      found: '1 value, each one that was withheld',
    });
  });

  it('together with all images leaves nothing to claims', () => {
    const { exitCode, faults, report } = judgeWith(reveal(HONEST.openings, REGION, 'K8s.image'));
    expect([exitCode, faults, report.facts.onlyClaimed]).toEqual([0, [], undefined]);
    expect(report.findings.map(({ code }) => code)).not.toContain('BOM_IMAGE_MISSING');
  });

  it('may be each one that is withheld, of all files', () => {
    const files = ['snapshot.yaml', 'ctrf/deployment.json'];
    const all = reveal(HONEST.openings, ...files, 'ctrf/performance.json', 'ctrf/conformance.json');
    expect(all.values).toHaveLength(HONEST.openings.values.length);
    expect(judgeWith(all)).toMatchObject({ exitCode: 0, faults: [] });
  });

  it('may be each one alone, but for names of nodes, which belong together', () => {
    const outcomes = HONEST.openings.values.map(({ file, path }) =>
      judgeWith(reveal(HONEST.openings, `${file}#${path}`), HONEST.contents, {
        requireRecomputed: false,
      }).faults.join(),
    );
    expect(outcomes).toEqual(outcomes.map(() => ''));
  });

  it('may be a list of nodes that a constraint reads, which the statement has with other names', async () => {
    const product = 'NodeTopology.label.nvidia.com/gpu.product';
    const constraint = `  - name: ${product}\n    value: '!= A100'\n`;
    const recipe = replaced(DEMO.recipe, 'componentRefs:\n', `${constraint}componentRefs:\n`);
    const { contents, openings } = await commitDemo({ recipe });
    const { values } = reveal(openings, product);
    expect(values.map(({ text }) => text)).toEqual([expect.stringContaining('|ip-10-')]);
    const { exitCode, faults } = judgeWith(reveal(openings, product), contents, {
      requireRecomputed: false,
    });
    expect([exitCode, faults]).toEqual([0, []]);
    const lying = remade(contents, {}, ({ affidavit }) =>
      Object.assign(affidavit.constraints.at(-1) ?? {}, { actual: values[0]?.text }),
    );
    expect(judgeWith(reveal(openings, product), lying)).toMatchObject({ exitCode: 2 });
  });

  it('may be one that was put nowhere: of a type that nobody knows, and of a type and a subtype that come twice', async () => {
    const twice = `measurements:
  - type: Foo
    subtypes: [{subtype: bar, data: {a: 1, b: [x, {c: y}]}}]
  - type: K8s
    subtypes: [{subtype: server, data: {version: v1.20}}]
  - {type: Foo, subtypes: null}
`;
    const server = '      - subtype: server\n';
    const again = `      - {subtype: "0", data: {a: b}}\n      - data: {nameless: 1}\n${server}`;
    const snapshot = replaced(DEMO.snapshot, 'measurements:\n', twice).replace(server, again);
    const second = snapshot.replace(
      '  - type: GPU\n',
      '  - type: GPU\n    subtypes: [{subtype: hardware, data: {model: other}}]\n  - type: GPU\n',
    );
    const { contents, openings } = await commitDemo({ snapshot: second });
    const places = ['/measurements/0/subtypes/0/data/a', '/measurements/1/subtypes/0/data/version'];
    for (const place of places) {
      const one = reveal(openings, `snapshot.yaml#${place}`);
      expect(one.values).toHaveLength(1);
      expect(judgeWith(one, contents, { requireRecomputed: false }).faults).toEqual([]);
    }
    // Types and names of subtypes are never counted.
    expect(openings.values.filter(({ path }) => /\/(?:sub)?type$/.test(path))).toEqual([]);
    expect(predicateOf(contents).affidavit.redaction.withheld).toContainEqual({
      file: 'snapshot.yaml',
      group: 'Foo',
      count: 4,
    });
    const all = reveal(openings, 'snapshot.yaml');
    expect(all.values).toHaveLength(
      openings.values.filter(({ file }) => file === 'snapshot.yaml').length,
    );
    expect(judgeWith(all, contents)).toMatchObject({ exitCode: 0, faults: [] });
  });

  it('may be all of images that come twice, though nobody reads the second ones', async () => {
    const image = '      - subtype: image\n';
    const again = `${image}        data: {coredns: v9}\n`;
    const snapshot = DEMO.snapshot.replace(/( {6}- subtype: image\n(?: {8}.*\n)+)/, `$1${again}`);
    const { contents: honest, openings } = await commitDemo({ snapshot });
    const contents = withOtherImage(honest);
    const images = judgeWith(reveal(openings, 'K8s.image', REGION), contents);
    expect(images.report.facts.onlyClaimed).toEqual(['images']);
    const reports = ['deployment', 'performance', 'conformance'].map((name) => `ctrf/${name}.json`);
    const all = judgeWith(reveal(openings, 'snapshot.yaml', ...reports), contents);
    expect([all.exitCode, all.report.facts.onlyClaimed]).toEqual([0, undefined]);
  });

  it.each(['1.0', '1.0.7', '1.1.0'])('may be of version %s', (schemaVersion) => {
    const revealed = { ...reveal(HONEST.openings, REGION), schemaVersion };
    expect(judgeWith(revealed).report.facts.onlyClaimed).toEqual(['images']);
  });

  it('is the reason of a skipped check and the message of a failed one, which is said to be withheld before', async () => {
    const { results = {} } = DEMO;
    const failing = JSON.parse(results['deployment'] ?? '') as {
      results: { summary: Record<string, number>; tests: Record<string, unknown>[] };
    };
    const { summary, tests } = failing.results;
    Object.assign(tests[0] ?? {}, { status: 'failed', message: 'the driver is too old' });
    Object.assign(summary, { passed: (summary['passed'] ?? 0) - 1, failed: 1 });
    const { contents, openings } = await commitDemo({
      results: { ...results, deployment: JSON.stringify(failing) },
    });
    const [skipped, failed] = [
      'ctrf/conformance.json#/results/tests/7',
      'ctrf/deployment.json#/results/tests/0',
    ];
    const said = (report: ReturnType<typeof judgeWith>['report']) =>
      [...report.findings, ...report.checks.flatMap(({ faults }) => faults)]
        .filter(({ code }) => ['CHECK_SKIPPED', 'PHASE_NOT_GREEN'].includes(code))
        .map((fault) =>
          (fault.sentence ?? [])
            .map((part) => (typeof part === 'string' ? part : part.value))
            .join(''),
        );
    const rules = { requireRecomputed: false };
    const none = said(judge(contents, undefined, rules).report);
    expect(none.filter((text) => text.includes('the redaction withholds messages'))).toHaveLength(
      2,
    );
    const all = said(
      judgeWith(reveal(openings, `${skipped}/message`, `${failed}/message`), contents, rules)
        .report,
    );
    expect(all.join()).not.toContain('withholds');
    expect(all.join()).toContain('it says the driver is too old');
  });

  it('of some images leaves the images claimed', () => {
    const { faults, report } = judgeWith(
      reveal(HONEST.openings, 'K8s.image.coredns', 'K8s.image.pause', REGION),
    );
    expect(faults).toEqual(['bom-matches-claims: VALUE_CLAIMED bom.cdx.json']);
    expect(report.facts.onlyClaimed).toEqual(['images']);
    const screen = renderVerificationTerminal(report, { colour: false, repeat: ['affidavit'] });
    expect(screen.replaceAll(/\s+/g, ' ')).toContain(
      'revealed 3 values, each one that was withheld; of the images 9 of 11 are still withheld (all: affidavit evidence reveal --select K8s.image)',
    );
  });

  it('with all images leaves an image that the snapshot lacks not observed, and claimed no more', () => {
    const contents = withOtherImage(HONEST.contents);
    const codes = (...words: readonly string[]) => {
      const { faults, report } = judgeWith(reveal(HONEST.openings, REGION, ...words), contents);
      const found = report.findings.filter(({ code }) => code.startsWith('BOM_IMAGE'));
      return [faults, report.facts.onlyClaimed, found.map(({ code }) => code)];
    };
    const claimed = [['bom-matches-claims: VALUE_CLAIMED bom.cdx.json'], ['images']];
    expect(codes()).toEqual([...claimed, []]);
    expect(codes('K8s.image')).toEqual([[], undefined, ['BOM_IMAGE_MISSING', 'BOM_IMAGE_UNKNOWN']]);
  });

  it('of a label on some nodes leaves the dimension claimed, though it agrees', async () => {
    // Two regions in the snapshot, the claim names one: what is revealed does not show the other.
    const nodes = ['34', '35', '36', '37'].map((n) => `ip-10-0-12-${n}.us-west-2.compute.internal`);
    const line = /topology.kubernetes.io\/region: .*/.exec(DEMO.snapshot)?.[0] ?? '';
    const both = [
      `topology.kubernetes.io/region: us-west-2|${nodes.join(',')}`,
      '          example.com/other: a|b',
    ].join('\n');
    const part = await commitDemo({ snapshot: replaced(DEMO.snapshot, line, both) });
    const { faults, report } = judgeWith(reveal(part.openings, REGION), part.contents);
    expect(faults).toContain(
      `fingerprint-matches-snapshot: VALUE_CLAIMED ${AT}/fingerprint/region`,
    );
    expect(report.facts.onlyClaimed).toContain('region');
    // With everything of all labels there can be no other.
    const labels = reveal(part.openings, 'NodeTopology.label');
    expect(judgeWith(labels, part.contents).report.facts.onlyClaimed).toEqual(['images']);
    // One that is put nowhere is none of them.
    const hidden = labels.values.find(({ text }) => text === 'a|b');
    if (hidden === undefined) throw new Error('nothing is withheld there');
    for (const path of ['label/more', 'label/data/x/y', 'label/items/9/data/truncated']) {
      const nowhere = {
        ...{ file: 'snapshot.yaml', type: 'string' as const, text: 'x' },
        path: `/measurements/NodeTopology/subtypes/${path}`,
      };
      const leaf = leafOf(Buffer.from(hidden.salt, 'hex'), { ...hidden, type: 'string' });
      const { redaction, revealed } = withLeaf(part, nowhere, leaf);
      const others = labels.values.filter((value) => value !== hidden);
      const shown = { ...revealed, values: [...others, ...revealed.values] };
      const lied = judgeWith(shown, remade(part.contents, { 'redaction.json': redaction }));
      expect(lied.report.checks.at(-1)?.faults).toEqual([]);
      expect(lied.report.facts.onlyClaimed).toContain('region');
    }
  });

  it.each(['a,a ,  a,a   ,b,c', 'a,b,c,d,e,', 'a,b,c,d,e,f (+3 more)', 'a,b,c,d,e,f,f'])(
    'of a label on the nodes %j is not on six nodes',
    async (nodes) => {
      const line = /topology.kubernetes.io\/region: .*/.exec(DEMO.snapshot)?.[0] ?? '';
      const odd = `topology.kubernetes.io/region: "us-west-2|${nodes}"`;
      const { contents, openings } = await commitDemo({
        snapshot: replaced(DEMO.snapshot, line, odd),
      });
      const { report } = judgeWith(reveal(openings, REGION), contents);
      expect(report.facts.onlyClaimed).toContain('region');
    },
  );

  it('of a label without nodes proves nothing', async () => {
    const line = /topology.kubernetes.io\/region: .*/.exec(DEMO.snapshot)?.[0] ?? '';
    const none = replaced(DEMO.snapshot, line, 'topology.kubernetes.io/region: us-west-2');
    const { contents, openings } = await commitDemo({ snapshot: none });
    expect(judgeWith(reveal(openings, REGION), contents).report.facts.onlyClaimed).toContain(
      'region',
    );
  });

  it('is read from items too', async () => {
    const start = DEMO.snapshot.indexOf('      - subtype: label\n');
    const labels: readonly (readonly [string, string, number])[] = [
      ['example.com/rack', 'r1', 6],
      ['nvidia.com/gpu.product', 'NVIDIA-H100-80GB-HBM3', 4],
      ['topology.kubernetes.io/region', 'us-west-2', 6],
    ];
    const items = labels.map(([key, value, count]) => {
      const list = Array.from({ length: count }, (_, index) => `node-${index}`).join(',');
      return `          - context: {key: ${key}, value: ${value}}
            data: {node-count: ${count}, node-list: "${list}", truncated: false}\n`;
    });
    const snapshot = `${DEMO.snapshot.slice(0, start)}      - subtype: label\n        items:\n${items.join('')}`;
    const { contents, openings } = await commitDemo({ snapshot });
    const region = reveal(openings, REGION);
    expect(region.values.map(({ path }) => path.replace(/.*items/, ''))).toEqual([
      '/2/context/key',
      '/2/context/value',
      '/2/data/node-count',
      '/2/data/node-list',
      '/2/data/truncated',
    ]);
    expect(judgeWith(region, contents).report.facts.onlyClaimed).toEqual(['images']);
    const all = judgeWith(reveal(openings, 'NodeTopology.label'), contents);
    expect(all.faults).toEqual(['bom-matches-claims: VALUE_CLAIMED bom.cdx.json']);
    // Half an item contradicts itself.
    const half = { ...region, values: region.values.slice(0, 3) };
    expect(judgeWith(half, contents)).toMatchObject({ exitCode: 2 });
  });
});

describe('what is revealed is refused', () => {
  const honest = reveal(HONEST.openings, REGION);
  const [value] = honest.values;
  if (value === undefined) throw new Error('nothing was revealed');
  const differing: readonly [string, Partial<typeof value>][] = [
    ['another text', { text: 'eu-west-1|a' }],
    ['another type', { type: 'null', text: '~' }],
    ['another path', { path: `${REGION_PATH}s` }],
    [
      'the path of another value',
      { path: REGION_PATH.replace(/data.*/, 'data/kubernetes.io~1arch') },
    ],
    ['another file', { file: 'ctrf/deployment.json' }],
    ['another salt', { salt: '0'.repeat(64) }],
  ];
  it.each(differing)('with %s', (_, change) => {
    const changed = { ...honest, values: [{ ...value, ...change }] };
    const { exitCode, faults, report } = judgeWith(changed);
    expect([exitCode, faults.at(-1)]).toEqual([2, `${CHECK_OF} revealed.json#/values/0`]);
    // Nothing of it is used.
    expect(report.facts.onlyClaimed).toEqual(['region', 'images']);
  });
  const CHECK_OF = `${CHECK} REVEALED_DIFFERS`;

  it.each<[string, unknown, string]>([
    [
      'twice the same place',
      { ...honest, values: [value, value] },
      `${CHECK_OF} revealed.json#/values/1`,
    ],
    [
      'of another bundle',
      reveal(OTHER.openings, REGION),
      `${CHECK} OPENINGS_OTHER revealed.json#/redaction`,
    ],
    [
      'of another bundle, said to be of this one',
      { ...reveal(OTHER.openings, REGION), redaction: honest.redaction },
      `${CHECK_OF} revealed.json#/values/0`,
    ],
    [
      'with half a salt',
      { ...honest, values: [{ ...value, salt: value.salt.slice(32) }] },
      `${CHECK} FIELD_INVALID revealed.json#/values/0/salt`,
    ],
    [
      'with a type that its text has not',
      { ...honest, values: [{ ...value, type: 'integer' }] },
      `${CHECK} FIELD_INVALID revealed.json#/values/0/type`,
    ],
    [
      'with a path that is none',
      { ...honest, values: [{ ...value, path: 'x' }] },
      `${CHECK} FIELD_INVALID revealed.json#/values/0/path`,
    ],
    [
      'with a path that nests too deep',
      { ...honest, values: [{ ...value, path: '/a'.repeat(100_000) }] },
      `${CHECK} FIELD_INVALID revealed.json#/values/0/path`,
    ],
    ['with an unknown field', { ...honest, more: 1 }, `${CHECK} FIELD_UNKNOWN revealed.json#/more`],
    [
      'of another scheme',
      { ...honest, scheme: 'affidavit-redaction/v2' },
      `${CHECK} FIELD_INVALID revealed.json#/scheme`,
    ],
    [
      'of another version',
      { ...honest, schemaVersion: '2.0.0' },
      `${CHECK} SCHEMA_VERSION_UNKNOWN revealed.json#/schemaVersion`,
    ],
    ['if it is something else', { kind: 'Snapshot' }, `${CHECK} KIND_UNEXPECTED revealed.json`],
  ])('%s', (_, revealed, expected) => {
    const { exitCode, faults } = judge(HONEST.contents, JSON.stringify(revealed));
    expect([exitCode, faults]).toEqual([2, [expected]]);
  });

  it('for a bundle that commits to nothing', async () => {
    const { packEvidence } = await import('../../../src/evidence/pack/pack-evidence.ts');
    const { contentsOf, validateDemo } = await import('../demo.ts');
    for (const redact of ['minimal', 'none'] as const) {
      const packed = await packEvidence({ validation: validateDemo(), redact });
      const { exitCode, faults } = judgeWith(honest, await contentsOf(packed.files), {
        requireRecomputed: false,
      });
      expect([exitCode, faults]).toEqual([2, [`${CHECK} OPENINGS_OTHER revealed.json`]]);
    }
  });

  it('if it is the file of openings, which is never published', () => {
    const { openings } = HONEST;
    const json = {
      schemaVersion: '1.0.0',
      scheme: 'x',
      secret: SECRET.toString('hex'),
      redaction: openings.redaction,
    };
    const { report } = judge(HONEST.contents, JSON.stringify(json));
    const found = report.checks.at(-1)?.found;
    expect(found).toBe('openings, with the secret in them');
  });
});

describe('a signer who lies', () => {
  const lie = (path: string, text: string, instead?: string) => {
    const value = { file: 'snapshot.yaml', path, type: 'string' as const, text };
    return withLeaf(HONEST, value, instead);
  };
  /** The leaf of a value that is withheld in truth. */
  const leafAt = (path: string): string => {
    const value = HONEST.openings.values.find((each) => each.path === path);
    const digest = HONEST.openings.digests.get(value?.file ?? '');
    if (value === undefined || digest === undefined) throw new Error('nothing is withheld there');
    return leafOf(saltOf(SECRET, digest, path), value);
  };

  it('is found out by a revealed value that contradicts the claim', () => {
    const { redaction, revealed } = lie(REGION_PATH, 'eu-west-1|a,b,c,d,e,f', leafAt(REGION_PATH));
    const { exitCode, faults } = judgeWith(
      revealed,
      remade(HONEST.contents, { 'redaction.json': redaction }),
    );
    expect(exitCode).toBe(2);
    expect(faults[0]).toBe(
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/region/value`,
    );
  });

  it('cannot show something that the bundle has already, and show it otherwise', () => {
    const path = '/measurements/K8s/subtypes/node/data/provider';
    for (const text of ['eks', 'gke']) {
      const { redaction, revealed } = lie(path, text, leafAt(REGION_PATH));
      const { exitCode, faults } = judgeWith(
        revealed,
        remade(HONEST.contents, { 'redaction.json': redaction }),
      );
      expect([exitCode, faults.at(-1)]).toEqual([2, `${CHECK} REVEALED_DIFFERS revealed.json`]);
    }
  });

  it('cannot take a value that a constraint reads out of the snapshot, and make it green by revealing it', () => {
    const path = '/measurements/OS/subtypes/sysctl/data/~1proc~1sys~1kernel~1osrelease';
    const cut = replaced(
      String(HONEST.contents.get('snapshot.yaml')),
      '      - data:\n          /proc/sys/kernel/osrelease: 6.8.0-1029-aws\n        subtype: sysctl\n',
      '',
    );
    const { redaction, revealed } = lie(path, '6.8.0-1029-aws', leafAt(REGION_PATH));
    const red = remade(
      HONEST.contents,
      { 'snapshot.yaml': cut, 'redaction.json': redaction },
      ({ affidavit }) => {
        const row = affidavit.constraints[3];
        Object.assign(row ?? {}, { actual: null, outcome: 'unevaluable' });
      },
    );
    // Without it the evidence is honest, and red.
    expect(judge(red)).toMatchObject({ exitCode: 1 });
    const { exitCode, faults, report } = judgeWith(revealed, red);
    expect(exitCode).toBe(2);
    expect(faults).toContain(`${CHECK} REVEALED_DIFFERS revealed.json`);
    expect(report.facts.constraints?.[3]?.outcome).toBe('unevaluable');
    // And that it is said to have passed is refused with it and without.
    const green = remade(HONEST.contents, { 'snapshot.yaml': cut, 'redaction.json': redaction });
    for (const bundle of [judge(green), judgeWith(revealed, green)]) {
      expect(bundle.exitCode).toBe(2);
      expect(bundle.faults).toContain(
        `constraints-match-claims: CONSTRAINTS_DIFFER ${AT}/affidavit/constraints/3/actual`,
      );
      expect(bundle.report.facts.constraints?.[3]?.outcome).toBe('unevaluable');
    }
  });

  it('cannot reveal a cluster of which the evidence has another digest', () => {
    const path = '/results/environment/extra/clusterUid';
    const file = 'ctrf/deployment.json';
    const honest = reveal(HONEST.openings, `${file}#${path}`);
    expect(judgeWith(honest, HONEST.contents, { requireRecomputed: false }).exitCode).toBe(0);
    const value = { file, path, type: 'string' as const, text: 'another' };
    const { redaction, revealed } = withLeaf(HONEST, value, leafAt(REGION_PATH));
    const { exitCode, faults } = judgeWith(
      revealed,
      remade(HONEST.contents, { 'redaction.json': redaction }),
    );
    expect([exitCode, faults.at(-1)]).toEqual([2, `${CHECK} REVEALED_DIFFERS revealed.json`]);
  });
});

describe('--select', () => {
  const paths = (...words: readonly string[]): readonly string[] =>
    reveal(HONEST.openings, ...words).values.map(({ file, path }) => `${file}#${path}`);

  it('takes a file, a place with all below it, a subtype or a key', () => {
    expect(paths('snapshot.yaml#/metadata')).toEqual(['snapshot.yaml#/metadata/source-node']);
    expect(paths('snapshot.yaml#/metadata/source-node')).toEqual(paths('snapshot.yaml#/metadata'));
    expect(paths('K8s.node')).toHaveLength(3);
    expect(paths('K8s.node.provider-id')).toEqual([
      'snapshot.yaml#/measurements/K8s/subtypes/node/data/provider-id',
    ]);
    expect(paths('NodeTopology.label.node.kubernetes.io/instance-type')).toHaveLength(2);
    expect(paths('K8s.node', 'K8s.node.provider-id')).toHaveLength(3);
    expect(paths('ctrf/conformance.json')).toHaveLength(20);
  });

  it.each(['K8s.nod', 'snapshot.yaml#/meta', 'NodeTopology.label.x', ''])(
    'refuses %j, which selects nothing',
    (word) => {
      const refused = refusalOf(() => encodeRevealed(HONEST.openings, ['K8s.node', word]));
      expect([refused?.code, refused?.at]).toEqual(['USAGE', '--select']);
    },
  );

  it('reveals nothing of the others', () => {
    const text = String(encodeRevealed(HONEST.openings, ['K8s.node.provider-id']));
    expect(text).not.toContain(SECRET.toString('hex'));
    const others: readonly WithheldValue[] = HONEST.openings.values.filter(
      ({ path }) => !path.endsWith('/provider-id'),
    );
    for (const { path } of others) expect(text).not.toContain(`"${path}"`);
  });
});
