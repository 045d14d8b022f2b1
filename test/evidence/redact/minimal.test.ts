// A minimal bundle has what a verifier needs, and nothing that the policy withholds.
import { describe, expect, it } from 'vitest';

import { memoryFile } from '../../../src/archive/entry.ts';
import { digestOf } from '../../../src/digest.ts';
import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import { verifyEvidenceFiles } from '../../../src/evidence/verify/verify-evidence.ts';
import { MAX_JSON_BYTES, MAX_VALUE_CHARACTERS } from '../../../src/limits.ts';
import { encodeManifest } from '../../../src/manifest/manifest.ts';
import { fakeTrust } from '../../attestation/fake-trust.ts';
import {
  DEMO,
  bundlePath,
  changed,
  contentsOf,
  receivedOf,
  replaced,
  validateDemo,
  type Contents,
  type Demo,
} from '../demo.ts';

async function pack(change: Partial<Demo> = {}): Promise<Contents> {
  const packed = await packEvidence({ validation: validateDemo(change), redact: 'minimal' });
  return await contentsOf(packed.files);
}

const MINIMAL = await pack();
const WHOLE = await contentsOf(
  (await packEvidence({ validation: validateDemo(), redact: 'none' })).files,
);

type Json = Record<string, unknown>;
type Predicate = Json & {
  fingerprint: Json;
  affidavit: Json;
  redaction?: Json & { applied: string[] };
};

function statementIn(contents: Contents): Json & { predicate: Predicate } {
  const statement = JSON.parse(String(contents.get('statement.intoto.json'))) as unknown;
  return statement as Json & { predicate: Predicate };
}

/** The bundle with files and statement changed, and everything that binds them made anew. */
function remade(
  contents: Contents,
  files: Readonly<Record<string, string | undefined>>,
  edit: (predicate: Predicate) => void = () => undefined,
): Contents {
  const next = new Map(changed(contents, files));
  next.delete('manifest.json');
  const statement = statementIn(contents);
  next.delete('statement.intoto.json');
  const listed = [...next].map(([path, bytes]) => memoryFile(bundlePath(path), bytes));
  const manifest = encodeManifest(listed);
  statement.predicate['manifest'] = { digest: digestOf(manifest), fileCount: listed.length };
  const phases = statement.predicate['phases'] as Record<string, Json>;
  for (const [phase, counts] of Object.entries(phases)) {
    const report = next.get(`ctrf/${phase}.json`);
    if (report !== undefined) counts['ctrfDigest'] = digestOf(report);
  }
  edit(statement.predicate);
  next.set('manifest.json', Buffer.from(manifest));
  next.set('statement.intoto.json', Buffer.from(JSON.stringify(statement)));
  return next;
}

interface Rules {
  readonly acceptClaimed?: boolean;
  readonly requireRecomputed?: boolean;
}

/** Of a bundle that nobody signed, as if its signer were named. */
function judge(contents: Contents, rules: Rules = {}) {
  const report = verifyEvidenceFiles([...receivedOf(contents).values()], {
    trust: fakeTrust(),
    policy: undefined,
    allowUnsigned: true,
    ...rules,
  });
  const faults = report.checks.flatMap(({ name, faults: found }) =>
    found.filter(({ code }) => code !== 'UNSIGNED').map(({ code, at }) => `${name}: ${code} ${at}`),
  );
  return { exitCode: report.exitCode, faults, report };
}

const AT = 'statement.intoto.json#/predicate';

describe('a minimal bundle', () => {
  it('verifies as the whole one does, with the same facts', () => {
    const [minimal, whole] = [judge(MINIMAL), judge(WHOLE)];
    expect(minimal.faults).toEqual([]);
    expect([minimal.exitCode, whole.exitCode]).toEqual([0, 0]);
    const { onlyClaimed, bom: _, ...facts } = minimal.report.facts;
    const { bom: __, ...others } = whole.report.facts;
    expect(facts.fingerprint).toEqual(others.fingerprint);
    expect(facts.match).toEqual(others.match);
    expect(facts.constraints).toEqual(others.constraints);
    expect(facts.phases?.map(({ counts, flaky }) => [counts, flaky])).toEqual(
      others.phases?.map(({ counts, flaky }) => [counts, flaky]),
    );
    expect(facts.phaseConstraints).toEqual(others.phaseConstraints);
    expect(onlyClaimed).toEqual(['region', 'images']);
  });

  it('names no node, no image and no message, and says how much it withholds', () => {
    const snapshot = String(MINIMAL.get('snapshot.yaml'));
    expect(snapshot).toContain('nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3|n1,n2,n3,n4\n');
    const all = [...MINIMAL.values()].map(String).join('\n');
    for (const secret of ['ip-10-', 'provider-id: ', 'aws:///', 'source-node: ']) {
      expect(String(WHOLE.get('snapshot.yaml'))).toContain(secret);
      expect(all).not.toContain(secret);
    }
    const { redaction, affidavit } = statementIn(MINIMAL).predicate;
    expect(redaction).toMatchObject({ policy: 'minimal', version: 'affidavit-1' });
    expect(affidavit['schemaVersion']).toBe('1.1.0');
    const claim = affidavit['redaction'] as { kept: string[]; withheld: Json[] };
    expect(claim.kept).toContain('OS.sysctl./proc/sys/kernel/osrelease');
    expect(claim.withheld).toContainEqual({ file: 'snapshot.yaml', group: 'K8s.image', count: 11 });
  });

  it('of twelve nodes verifies: their new names, in order n1, n10, n11, n12, n2, are not changed again', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `gpu-${String(index).padStart(2, '0')}`);
    const snapshot = DEMO.snapshot
      .replaceAll(/ip-10-0-12-34\S*ip-10-0-12-37[^",\s]*/g, names.join(','))
      .replaceAll(/ip-10-0-8-11\S*ip-10-0-8-12[^",\s]*/g, 'cpu-0,cpu-1');
    const contents = await pack({ snapshot });
    const kept = Array.from({ length: 12 }, (_, index) => `n${index + 1}`).join(',');
    expect(String(contents.get('snapshot.yaml'))).toContain(`NVIDIA-H100-80GB-HBM3|${kept}\n`);
    const { exitCode, faults, report } = judge(contents);
    expect([exitCode, faults, report.facts.fingerprint?.gpuNodeCount.value]).toEqual([0, [], 12]);
  });

  it('has the same bytes each time', async () => {
    expect(await pack()).toEqual(MINIMAL);
  });

  it('with --require-recomputed leaves to a person what is only claimed', () => {
    const { exitCode, faults } = judge(MINIMAL, { requireRecomputed: true });
    expect(exitCode).toBe(4);
    expect(faults).toEqual([
      `fingerprint-matches-snapshot: VALUE_CLAIMED ${AT}/fingerprint/region`,
      'bom-matches-claims: VALUE_CLAIMED bom.cdx.json',
    ]);
  });

  it('with --require-recomputed leaves to a person a demanded figure that nobody printed', () => {
    const REPORT = 'ctrf/performance.json';
    const report = JSON.parse(String(WHOLE.get(REPORT))) as { results: { tests: Json[] } };
    for (const test of report.results.tests) delete test['stdout'];
    const cut = remade(WHOLE, { [REPORT]: JSON.stringify(report) }, ({ affidavit }) =>
      Object.assign(affidavit, { measured: [] }),
    );
    const usual = judge(cut);
    expect([usual.exitCode, usual.faults]).toEqual([0, []]);
    expect(usual.report.findings).toContainEqual(
      expect.objectContaining({ code: 'FIGURE_MISSING', at: REPORT }),
    );
    const strict = judge(cut, { requireRecomputed: true });
    expect(strict.exitCode).toBe(4);
    expect(strict.faults).toContain(`phases-are-green: VALUE_CLAIMED ${REPORT}`);
    const check = strict.report.checks.find(({ name }) => name === 'phases-are-green');
    expect(check?.faults.map(({ found }) => found)).toEqual([
      'performance: no figure for "nccl-all-reduce-bw": nothing shows that the demand is met',
    ]);
  });

  it('keeps nothing of a measurement that nobody knows, and says so', async () => {
    const more = `${DEMO.snapshot.trimEnd()}\n  - type: Weather\n    subtypes:\n      - subtype: wind\n        data:\n          speed: 7\n`;
    const validation = validateDemo({ snapshot: more });
    const { files, findings } = await packEvidence({ validation, redact: 'minimal' });
    expect(findings.map(({ code, found }) => [code, found])).toEqual([
      ['MEASUREMENT_WITHHELD', 'measurements of the type "Weather"'],
    ]);
    const contents = await contentsOf(files);
    expect(String(contents.get('snapshot.yaml'))).not.toContain('wind');
    expect(statementIn(contents).predicate.affidavit['redaction']).toMatchObject({
      withheld: expect.arrayContaining([
        { file: 'snapshot.yaml', group: 'Weather', count: 1 },
      ]) as unknown,
    });
  });

  it('keeps no line that the dialect of the recipe cannot read', async () => {
    const { results = {} } = DEMO;
    const [old, both] = ['= 300', '>= 300'].map((text) => `Constraint: ${text} \u2192 true`);
    const report = JSON.parse(results['performance'] ?? '') as { results: { tests: Json[] } };
    for (const test of report.results.tests) test['stdout'] = [old, both];
    const change = { results: { ...results, performance: JSON.stringify(report) } };
    const recipe = replaced(DEMO.recipe, 'aicr.run/v1', 'aicr.nvidia.com/v1alpha1');
    const lines = async (demo: Partial<Demo>) => {
      const validation = validateDemo(demo);
      const packed = await packEvidence({ validation, redact: 'minimal', allowRetiredApi: true });
      const contents = await contentsOf(packed.files);
      expect(judge(contents)).toMatchObject({ exitCode: 0, faults: [] });
      const { results: kept } = JSON.parse(String(contents.get('ctrf/performance.json'))) as {
        results: { tests: Json[] };
      };
      return kept.tests.map(({ stdout }) => stdout);
    };
    expect(await lines(change)).toEqual([[old, both]]);
    expect(await lines({ ...change, recipe })).toEqual([[both]]);
  });

  it('shows that no node has a label as the whole one does', async () => {
    const snapshot = DEMO.snapshot.replaceAll(/^ {10}nvidia\.com\/gpu\..*\n/gm, '');
    const { exitCode, report } = judge(await pack({ snapshot }));
    expect(exitCode).toBe(0);
    expect(report.facts.fingerprint?.gpuNodeCount).toEqual({
      value: 0,
      source: 'nodeTopology.label.nvidia.com/gpu.product',
    });
    expect(report.facts.onlyClaimed).toEqual(['region', 'images']);
  });

  it('claims no image if its statement counts none that is withheld', () => {
    const none = remade(MINIMAL, {}, ({ affidavit }) => {
      const redaction = affidavit['redaction'] as { withheld: Json[] };
      redaction.withheld = redaction.withheld.filter(({ group }) => group !== 'K8s.image');
    });
    const { report } = judge(none);
    expect(report.facts.onlyClaimed).toEqual(['region']);
    expect(report.findings.map(({ code }) => code)).toContain('BOM_IMAGE_UNKNOWN');
  });

  it('is judged by its files if somebody leaves all of our part out', () => {
    const silent = remade(MINIMAL, {}, (p) => delete (p as Json)['affidavit']);
    const { exitCode, faults } = judge(silent);
    expect([exitCode, faults]).toEqual([0, []]);
    const other = remade(silent, {}, (p) => p.redaction?.applied.pop());
    expect(judge(other).faults).toEqual([
      `redaction-matches-policy: REDACTION_DIFFERS ${AT}/redaction/applied/5`,
    ]);
  });

  it('is not made if a constraint reads the names of nodes', async () => {
    const recipe = replaced(
      DEMO.recipe,
      'constraints:\n',
      'constraints:\n  - name: NodeTopology.label.topology.kubernetes.io/region\n    value: "!= us-west-2|n1,n2,n3,n4,n5,n6"\n',
    );
    await expect(pack({ recipe })).rejects.toMatchObject({ code: 'REDACTION_CHANGES_RESULT' });
  });

  it('is not made if the GPU model that it keeps is not that of the label that it withholds', async () => {
    // The label is kept only for a recipe that names an accelerator.
    const recipe = replaced(DEMO.recipe, '\n  accelerator: h100\n', '\n');
    expect(judge(await pack({ recipe })).faults).toEqual([]);
    const snapshot = replaced(DEMO.snapshot, '          model: h100\n', '          model: b200\n');
    await expect(pack({ recipe, snapshot })).rejects.toMatchObject({
      code: 'REDACTION_CHANGES_RESULT',
      at: 'snapshot.yaml',
      found: expect.stringMatching(/^accelerator: .*b200.* on the redacted snapshot$/) as string,
      expected: expect.stringContaining('h100') as string,
    });
  });
});

it('has a report without white space if it were too large with it, which a verifier takes', async () => {
  const { deployment = '', ...others } = DEMO.results ?? {};
  const compact = (length: number): string => {
    const report = JSON.parse(deployment) as { results: { tests: { suite: string[] }[] } };
    const more = ['x'.repeat(length), ...Array.from({ length: 2000 }, () => 'a')];
    report.results.tests[0]?.suite.push(...more);
    return JSON.stringify(report);
  };
  const long = compact(MAX_JSON_BYTES - compact(0).length);
  expect(Buffer.byteLength(long)).toBe(MAX_JSON_BYTES);
  const contents = await pack({ results: { ...others, deployment: long } });
  const report = contents.get('ctrf/deployment.json') ?? Buffer.alloc(0);
  expect(report.includes('\n')).toBe(false);
  expect(judge(contents).exitCode).toBe(0);
  const other = JSON.parse(String(report)) as unknown;
  const indented = remade(contents, { 'ctrf/deployment.json': `${JSON.stringify(other)}\n` });
  expect(judge(indented).faults).toEqual([
    'redaction-matches-policy: REDACTION_DIFFERS ctrf/deployment.json',
  ]);
});

describe('a minimal bundle is refused', () => {
  const edited = (path: string, from: string, to: string): Contents =>
    remade(MINIMAL, { [path]: replaced(String(MINIMAL.get(path)), from, to) });

  it.each<[string, Contents, string]>([
    [
      'with a value more than the policy keeps',
      edited(
        'snapshot.yaml',
        '          provider: eks\n',
        '          provider: eks\n          source-node: a\n',
      ),
      'redaction-matches-policy: REDACTION_DIFFERS snapshot.yaml',
    ],
    [
      'with a comment in the snapshot',
      edited('snapshot.yaml', 'kind: Snapshot\n', '# of ip-10-0-0-1\nkind: Snapshot\n'),
      'redaction-matches-policy: REDACTION_DIFFERS snapshot.yaml',
    ],
    [
      'with the name of a node',
      edited('snapshot.yaml', '|n1,n2', '|ip-10-0-0-1,n2'),
      'redaction-matches-policy: REDACTION_DIFFERS snapshot.yaml',
    ],
    [
      'with a message in a report',
      edited(
        'ctrf/performance.json',
        '"status": "passed",',
        '"status": "passed",\n        "message": "on ip-10-0-0-1",',
      ),
      'redaction-matches-policy: REDACTION_DIFFERS ctrf/performance.json',
    ],
    [
      'with a log',
      remade(MINIMAL, { 'logs/deployment/x.log': 'x' }),
      'redaction-matches-policy: REDACTION_DIFFERS logs/deployment/x.log',
    ],
    [
      'with a file that nobody names',
      remade(MINIMAL, { 'raw/snapshot-full.yaml': DEMO.snapshot }),
      'redaction-matches-policy: REDACTION_DIFFERS raw/snapshot-full.yaml',
    ],
    [
      'without a value that a constraint reads',
      edited(
        'snapshot.yaml',
        '      - data:\n          /proc/sys/kernel/osrelease: 6.8.0-1029-aws\n        subtype: sysctl\n',
        '',
      ),
      `constraints-match-claims: CONSTRAINTS_DIFFER ${AT}/affidavit/constraints/3/actual`,
    ],
    [
      'without the label of a dimension that is demanded',
      edited(
        'snapshot.yaml',
        '      - data:\n          nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3|n1,n2,n3,n4\n        subtype: label\n',
        '',
      ),
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/accelerator/source`,
    ],
    [
      'without the count of nodes with a GPU, which the label shows',
      edited('snapshot.yaml', '|n1,n2,n3,n4', '|n1,n2,n3'),
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/gpuNodeCount/value`,
    ],
  ])('%s', (_, contents, fault) => {
    const { exitCode, faults } = judge(contents, { acceptClaimed: true });
    expect(exitCode).toBe(2);
    expect(faults).toContain(fault);
  });

  const claimOf = (predicate: Predicate): { kept: string[]; withheld: Json[] } =>
    predicate.affidavit['redaction'] as { kept: string[]; withheld: Json[] };

  it.each<[string, (predicate: Predicate) => void, string]>([
    ['with a rule less', (p) => p.redaction?.applied.pop(), '/redaction/applied/5'],
    ['that keeps a path less', (p) => claimOf(p).kept.shift(), '/affidavit/redaction/kept/0'],
    ['that keeps a path more', (p) => claimOf(p).kept.push('z'), '/affidavit/redaction/kept/11'],
    [
      'that withholds of another file',
      (p) => Object.assign(claimOf(p).withheld[0] ?? {}, { file: 'a' }),
      '/affidavit/redaction/withheld',
    ],
    [
      'whose counts are in another order',
      (p) => Object.assign(claimOf(p), { withheld: claimOf(p).withheld.toReversed() }),
      '/affidavit/redaction/withheld',
    ],
    ['without its counts', (p) => delete p.affidavit['redaction'], '/affidavit/redaction'],
    [
      'by the policy of AICR',
      (p) => Object.assign(p.redaction ?? {}, { version: 'v4' }),
      '/affidavit/redaction',
    ],
    [
      'by a policy that nobody knows',
      (p) => Object.assign(p.redaction ?? {}, { version: 'v9' }),
      '/affidavit/redaction',
    ],
    ['without its policy', (p) => delete p.redaction, '/affidavit/redaction'],
  ])('%s', (_, edit, place) => {
    const { exitCode, faults } = judge(remade(MINIMAL, {}, edit), { acceptClaimed: true });
    expect(exitCode).toBe(2);
    expect(faults).toContain(`redaction-matches-policy: REDACTION_DIFFERS ${AT}${place}`);
  });

  it('with a count that is none', () => {
    const none = remade(MINIMAL, {}, (p) =>
      Object.assign(claimOf(p).withheld[0] ?? {}, { count: 0 }),
    );
    expect(judge(none).faults).toEqual([
      `statement-is-evidence: FIELD_INVALID ${AT}/affidavit/redaction/withheld/0/count`,
    ]);
  });

  it('with counts of a file of which nothing is withheld', () => {
    const other = remade(MINIMAL, {}, ({ affidavit }) => {
      (affidavit['redaction'] as { withheld: Json[] }).withheld[0] = {
        file: 'bom.cdx.json',
        group: 'header',
        count: 1,
      };
    });
    expect(judge(other).faults).toContain(
      `redaction-matches-policy: REDACTION_DIFFERS ${AT}/affidavit/redaction/withheld`,
    );
  });

  it('whose region is claimed though no label is said to be withheld', () => {
    const other = remade(MINIMAL, {}, ({ affidavit }) => {
      const redaction = affidavit['redaction'] as { withheld: Json[] };
      redaction.withheld = redaction.withheld.filter(({ group }) => group !== 'NodeTopology.label');
    });
    const { exitCode, faults } = judge(other, { acceptClaimed: true });
    expect(faults).toContain(
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/region/source`,
    );
    expect(exitCode).toBe(2);
  });

  it('whose region is claimed from another place than a label', () => {
    const elsewhere = remade(MINIMAL, {}, (p) =>
      Object.assign(p.fingerprint['region'] as Json, { source: 'k8s.node.provider' }),
    );
    const { exitCode, faults } = judge(elsewhere, { acceptClaimed: true });
    expect(exitCode).toBe(2);
    expect(faults[0]).toMatch(/^fingerprint-matches-snapshot: FINGERPRINT_DIFFERS/);
  });
});

describe('evidence by the policy of AICR', () => {
  const LABELS =
    '      - data:\n          nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3|n1,n2,n3,n4\n        subtype: label\n';
  const SYSCTL =
    '      - data:\n          /proc/sys/kernel/osrelease: 6.8.0-1029-aws\n        subtype: sysctl\n';
  const byAicr = (
    version: string,
    edit: (predicate: Predicate) => void = () => undefined,
    model = 'h100',
    base = MINIMAL,
  ) =>
    remade(
      base,
      {
        'snapshot.yaml': replaced(
          replaced(replaced(String(base.get('snapshot.yaml')), LABELS, ''), SYSCTL, ''),
          'model: h100',
          `model: ${model}`,
        ),
      },
      (predicate) => {
        predicate.redaction = { policy: 'minimal', version, applied: [] };
        delete predicate.affidavit['redaction'];
        Object.assign(predicate.fingerprint['gpuModel'] as Json, { value: model });
        edit(predicate);
      },
    );

  it.each(['v1', 'v2', 'v3', 'v4'])(
    '%s: a constraint that is only claimed is left to a person',
    (version) => {
      const { exitCode, faults, report } = judge(byAicr(version));
      expect(exitCode).toBe(4);
      expect(faults).toEqual(['constraints-hold: VALUE_CLAIMED recipe.yaml#/constraints/3']);
      expect(report.facts.onlyClaimed).toEqual([
        ...['region', 'gpuNodeCount', 'OS.sysctl./proc/sys/kernel/osrelease', 'images'],
      ]);
      const accepted = judge(byAicr(version), { acceptClaimed: true });
      expect([accepted.exitCode, accepted.report.weakened]).toEqual([
        0,
        ['--allow-unsigned', '--accept-claimed'],
      ]);
    },
  );

  it.each(['v5', '', 'affidavit-2'])(
    'in a version that nobody knows (%j) excuses nothing',
    (version) => {
      const { exitCode, faults, report } = judge(byAicr(version), { acceptClaimed: true });
      expect(exitCode).toBe(2);
      expect(faults).toContain(
        `constraints-match-claims: CONSTRAINTS_DIFFER ${AT}/affidavit/constraints/3/actual`,
      );
      expect(report.findings.map(({ code }) => code)).toContain('REDACTION_UNKNOWN');
    },
  );

  it('tells nobody to reveal what nothing commits to, nor to take claims under --require-recomputed', () => {
    const hints = (contents: Contents, rules?: Rules): readonly string[] =>
      judge(contents, rules).report.checks.flatMap(({ faults }) =>
        faults.filter(({ code }) => code === 'VALUE_CLAIMED').map(({ hint }) => hint),
      );
    const ask =
      'ask the contributor for evidence that keeps it (`--redact none` or `--openings`; of aicr: `--full`); or ';
    expect(hints(byAicr('v4'))).toEqual([
      `${ask}decide that the claim is enough: --accept-claimed`,
    ]);
    const strict = hints(byAicr('v4'), { requireRecomputed: true });
    expect([...new Set(strict)]).toEqual([`${ask}leave --require-recomputed out`]);
    expect(hints(MINIMAL, { requireRecomputed: true })).toEqual(strict.slice(0, 2));
  });

  it('without claims of constraints: withheld, and treated alike', () => {
    const silent = byAicr('v4', (p) => delete (p as Json)['affidavit']);
    const { exitCode, report } = judge(silent);
    expect(exitCode).toBe(4);
    expect(report.facts.constraints?.map(({ outcome }) => outcome)).toContain('withheld');
    const accepted = judge(silent, { acceptClaimed: true });
    expect(accepted.exitCode).toBe(0);
    expect(accepted.report.checks).toContainEqual(
      expect.objectContaining({
        name: 'constraints-hold',
        found: '3 constraints passed, 1 withheld, and not claimed either',
      }),
    );
  });

  it('a constraint that is claimed to fail fails', () => {
    const failed = byAicr('v4', (p) => {
      const rows = p.affidavit['constraints'] as Json[];
      Object.assign(rows[3] ?? {}, { outcome: 'failed', actual: '4.18' });
    });
    const { exitCode, faults } = judge(failed, { acceptClaimed: true });
    expect(exitCode).toBe(1);
    expect(faults).toEqual(['constraints-hold: CONSTRAINT_FAILED recipe.yaml#/constraints/3']);
  });

  it.each([
    ['a value that does not meet it', '5.4.0'],
    ['no value', null],
  ])('a constraint that is claimed to pass with %s is a lie', (_, actual) => {
    const lying = byAicr('v4', (p) => {
      const rows = p.affidavit['constraints'] as Json[];
      Object.assign(rows[3] ?? {}, { actual });
    });
    const { exitCode, faults } = judge(lying, { acceptClaimed: true });
    expect(exitCode).toBe(2);
    expect(faults).toContain(
      `constraints-match-claims: CONSTRAINTS_DIFFER ${AT}/affidavit/constraints/3/outcome`,
    );
  });

  it('an accelerator that only the label showed is claimed; one that the model denies is a lie', () => {
    const claimed = judge(byAicr('v4', undefined, 'NVIDIA H100'));
    expect(claimed.exitCode).toBe(4);
    expect(claimed.faults).toContain(
      'cluster-fits-recipe: VALUE_CLAIMED recipe.yaml#/criteria/accelerator',
    );
    const denied = judge(byAicr('v4', undefined, 'a100'), { acceptClaimed: true });
    expect(denied.exitCode).toBe(2);
    expect(denied.faults).toContain(
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/accelerator/value`,
    );
  });

  it.each<[string, string, Json]>([
    ...(['multi-gpu', 'unknown-sku', 'multi-region'] as const).flatMap((note) => [
      [`a note (${note}) beside a value`, 'accelerator', { note }] satisfies [string, string, Json],
    ]),
    ['a note of regions', 'accelerator', { value: '', note: 'multi-region' }],
    ['a name of no accelerator', 'accelerator', { value: 'banana' }],
    ['neither value nor note', 'accelerator', { value: '' }],
    ['a note of GPUs', 'region', { value: '', note: 'multi-gpu' }],
    ['a note beside a value', 'region', { note: 'multi-region' }],
    ['more nodes than the cluster has', 'gpuNodeCount', { value: 7 }],
  ])('%s for %s is claimed by no fingerprint', (_, dimension, claim) => {
    const models = dimension === 'accelerator' ? ['a100', 'NVIDIA A100-SXM4-80GB'] : ['h100'];
    for (const model of models) {
      const lying = byAicr(
        'v4',
        (p) => Object.assign(p.fingerprint[dimension] as Json, claim),
        model,
      );
      const { exitCode, faults } = judge(lying, { acceptClaimed: true });
      expect(exitCode).toBe(2);
      expect(faults.join('\n')).toContain(`FINGERPRINT_DIFFERS ${AT}/fingerprint/${dimension}/`);
    }
  });

  it.each([
    ['a100', { value: '', note: 'unknown-sku' }],
    ['NVIDIA A100-SXM4-80GB', {}],
  ])('a model (%s) denies %j of the label', (model, claim) => {
    const denied = byAicr(
      'v4',
      (p) => Object.assign(p.fingerprint['accelerator'] as Json, claim),
      model,
    );
    const { exitCode, faults } = judge(denied, { acceptClaimed: true });
    expect(exitCode).toBe(2);
    expect(faults).toContain(
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/accelerator/source`,
    );
  });

  it('a label that the file shows after all is not outvoted by a claim', () => {
    const product = 'nvidia.com/gpu.product';
    const label = `      - data:\n          ${product}.A100: A100|n1\n          ${product}.H100: H100|n2\n        subtype: label\n`;
    const bundle = byAicr('v4');
    const snapshot = replaced(
      String(bundle.get('snapshot.yaml')),
      '    type: NodeTopology\n',
      `${label}    type: NodeTopology\n`,
    );
    const { exitCode, faults } = judge(remade(bundle, { 'snapshot.yaml': snapshot }), {
      acceptClaimed: true,
    });
    expect(exitCode).toBe(2);
    expect(faults).toContain(
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/accelerator/value`,
    );
    expect(faults).toContain(
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/gpuNodeCount/value`,
    );
  });

  const asWhole = (contents: Contents, version = 'v4') =>
    remade(contents, {}, (p) =>
      Object.assign(p, { redaction: { policy: 'minimal', version, applied: [] } }),
    );

  it.each(['v4', 'v5'])(
    'what is left of a label (%s) may be a part of it, and is claimed',
    async (version) => {
      const snapshot = replaced(DEMO.snapshot, '          model: h100\n', '');
      const validation = validateDemo({ snapshot });
      const { files } = await packEvidence({ validation, redact: 'none' });
      const left = asWhole(await contentsOf(files), version);
      const { exitCode, faults, report } = judge(left);
      expect([exitCode, faults]).toEqual([
        4,
        ['cluster-fits-recipe: VALUE_CLAIMED recipe.yaml#/criteria/accelerator'],
      ]);
      expect(report.facts.onlyClaimed).toEqual(['accelerator', 'region', 'gpuNodeCount']);
      expect(judge(left, { acceptClaimed: true }).exitCode).toBe(0);
    },
  );

  it('an accelerator that the model shows is recomputed, with the label and without it', () => {
    const left = asWhole(WHOLE);
    const label = /^ +nvidia\.com\/gpu\.product: .*\n/m;
    const without = String(left.get('snapshot.yaml')).replace(label, '');
    expect(without).not.toContain('gpu.product');
    for (const bundle of [left, remade(left, { 'snapshot.yaml': without })]) {
      const { exitCode, faults, report } = judge(bundle);
      expect([exitCode, faults]).toEqual([0, []]);
      expect(report.facts.onlyClaimed).toEqual(['region', 'gpuNodeCount']);
      const strict = judge(bundle, { requireRecomputed: true });
      expect(strict.faults).toEqual(
        ['region', 'gpuNodeCount'].map(
          (name) => `fingerprint-matches-snapshot: VALUE_CLAIMED ${AT}/fingerprint/${name}`,
        ),
      );
    }
  });

  it('several regions that are only claimed are said to be', () => {
    const several = byAicr('v4', (p) =>
      Object.assign(p.fingerprint['region'] as Json, { value: '', note: 'multi-region' }),
    );
    expect(judge(several).report.facts.onlyClaimed).toContain('region');
    expect(judge(several, { requireRecomputed: true }).faults).toContain(
      `fingerprint-matches-snapshot: VALUE_CLAIMED ${AT}/fingerprint/region`,
    );
  });

  it.each(['>= six', '>= 6.5 ||'])(
    'a constraint that no value could decide (%j) is not excused',
    async (value) => {
      const recipe = replaced(
        DEMO.recipe,
        "osrelease\n    value: '>= 6.8'",
        `osrelease\n    value: '${value}'`,
      );
      const base = await pack({ recipe });
      for (const evidence of [
        base,
        byAicr('v4', (p) => delete (p as Json)['affidavit'], 'h100', base),
      ]) {
        const { exitCode, faults } = judge(evidence, { acceptClaimed: true });
        expect(exitCode).toBe(1);
        expect(faults).toEqual([
          'constraints-hold: CONSTRAINT_UNEVALUABLE recipe.yaml#/constraints/3',
        ]);
      }
    },
  );

  it('a value that is there and too long is not excused', () => {
    const bundle = byAicr('v4', (p) => delete (p as Json)['affidavit']);
    const long = SYSCTL.replace('6.8.0-1029-aws', '6'.repeat(MAX_VALUE_CHARACTERS + 1));
    const snapshot = replaced(
      String(bundle.get('snapshot.yaml')),
      '    type: OS\n',
      `${long}    type: OS\n`,
    );
    const { exitCode, faults } = judge(remade(bundle, { 'snapshot.yaml': snapshot }), {
      acceptClaimed: true,
    });
    expect(exitCode).toBe(1);
    expect(faults).toEqual(['constraints-hold: CONSTRAINT_UNEVALUABLE recipe.yaml#/constraints/3']);
  });

  describe('a demand on every GPU node', () => {
    const recipe = replaced(
      DEMO.recipe,
      'constraints:\n',
      'constraints:\n  - name: NodeTopology.gpu-nodes.label\n    value: "!nvidia.com/x"\n',
    );
    const claiming = async (claim: Json): Promise<Contents> =>
      byAicr(
        'v4',
        (p) => Object.assign((p.affidavit['constraints'] as Json[])[0] ?? {}, claim),
        'h100',
        await pack({ recipe }),
      );

    it('may be claimed to hold for all of them', async () => {
      const claim = { outcome: 'passed', actual: '4 of 4 GPU nodes' };
      const { exitCode, faults } = judge(await claiming(claim));
      expect(exitCode).toBe(4);
      expect(faults).toContain('constraints-hold: VALUE_CLAIMED recipe.yaml#/constraints/0');
      expect(judge(await claiming(claim), { acceptClaimed: true }).exitCode).toBe(0);
    });

    it.each(['v4', 'v5'])(
      'is not shown to hold by the nodes that a policy leaves (%s): their labels may be withheld',
      async (version) => {
        const snapshot = replaced(
          DEMO.snapshot.replaceAll(/^ {10}nvidia\.com\/gpu\..*\n/gm, ''),
          '      - subtype: label\n        data:\n',
          '      - subtype: label\n        data:\n          cloud.google.com/gke-accelerator: x|a,b\n',
        );
        const whole = await packEvidence({
          validation: validateDemo({ recipe, snapshot }),
          redact: 'none',
        });
        const shown = await contentsOf(whole.files);
        expect(judge(shown).exitCode).toBe(0);
        const redaction = { policy: 'minimal', version, applied: [] };
        const partly = (edit: (predicate: Predicate) => void) =>
          remade(shown, {}, (p) => {
            Object.assign(p, { redaction });
            edit(p);
          });
        for (const evidence of [
          partly(() => undefined),
          partly((p) => Reflect.deleteProperty(p, 'affidavit')),
        ]) {
          const { exitCode, faults } = judge(evidence);
          expect([exitCode, faults]).toEqual([
            4,
            ['constraints-hold: VALUE_CLAIMED recipe.yaml#/constraints/0'],
          ]);
          expect(judge(evidence, { acceptClaimed: true }).exitCode).toBe(0);
        }
        const other = partly(({ affidavit }) =>
          Object.assign((affidavit['constraints'] as Json[])[0] ?? {}, {
            actual: '3 of 3 GPU nodes',
          }),
        );
        expect(judge(other).exitCode).toBe(2);
      },
    );

    it('that is claimed to fail fails', async () => {
      const failed = await claiming({ outcome: 'failed', actual: '3 of 4 GPU nodes' });
      const { exitCode, faults } = judge(failed, { acceptClaimed: true });
      expect(exitCode).toBe(1);
      expect(faults).toEqual(['constraints-hold: CONSTRAINT_FAILED recipe.yaml#/constraints/0']);
    });

    it.each([
      ...[null, '', 'banana', '0 of 4 GPU nodes', '3 of 4 GPU nodes', '5 of 4 GPU nodes'],
      ...['0 of 0 GPU nodes', '04 of 04 GPU nodes', '4 of 4 GPU nodes ', '7 of 7 GPU nodes'],
    ])('that is claimed to hold with %j is a lie', async (actual) => {
      const { exitCode, faults } = judge(await claiming({ outcome: 'passed', actual }), {
        acceptClaimed: true,
      });
      expect(exitCode).toBe(2);
      expect(faults).toContain(
        `constraints-match-claims: CONSTRAINTS_DIFFER ${AT}/affidavit/constraints/0/outcome`,
      );
    });
  });

  it.each<[string, (rows: Json[]) => unknown]>([
    ['with another name', (rows) => Object.assign(rows[3] ?? {}, { name: 'OS.sysctl.x' })],
    ['with another demand', (rows) => Object.assign(rows[3] ?? {}, { expected: '>= 5' })],
    ['in another order', (rows) => rows.push(...rows.splice(0, 1))],
    ['one less', (rows) => rows.splice(3, 1)],
    ['none', (rows) => rows.splice(0)],
    ['one twice', (rows) => rows.push({ ...rows[3] })],
  ])('constraints are not claimed %s', (_, edit) => {
    const lying = byAicr('v4', (p) => edit(p.affidavit['constraints'] as Json[]));
    const { exitCode, faults } = judge(lying, { acceptClaimed: true });
    expect(exitCode).toBe(2);
    expect(faults.join('\n')).toContain('constraints-match-claims: CONSTRAINTS_DIFFER');
  });

  it('a value that the policy keeps and that is missing is not excused', () => {
    const without = remade(byAicr('v4'), {
      'snapshot.yaml': replaced(
        String(byAicr('v4').get('snapshot.yaml')),
        '          version: v1.33.4-eks-e386d34\n',
        '',
      ),
    });
    const { exitCode, faults } = judge(without, { acceptClaimed: true });
    expect(exitCode).toBe(2);
    expect(
      faults.some((fault) => fault.includes('FINGERPRINT_DIFFERS') && fault.includes('k8sVersion')),
    ).toBe(true);
  });
});

describe('the UID of the cluster', () => {
  const UID = '5f0c1d3e-9a57-4c2b-8e41-2d7b6a90c3f4';
  const REPORT = 'ctrf/performance.json';
  const report = String(MINIMAL.get(REPORT));

  it('is there as its digest alone', () => {
    expect(String(WHOLE.get(REPORT))).toContain(`"${UID}"`);
    expect(report).toContain(`"${digestOf(UID)}"`);
    expect([...MINIMAL].filter(([, bytes]) => bytes.includes(UID))).toEqual([]);
  });

  it('still tells two clusters apart', () => {
    const other = replaced(report, digestOf(UID), digestOf('another'));
    expect(judge(remade(MINIMAL, { [REPORT]: other }))).toMatchObject({
      exitCode: 2,
      faults: [
        `run-is-coherent: RUN_CLUSTERS_DIFFER ${REPORT}#/results/environment/extra/clusterUid`,
      ],
    });
  });
});
