// What `affidavit validate` says of a cluster and its results, and how its exit code follows from it.
import { readFileSync, rmSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { LIMIT_OF_TRUST } from '../../src/report/report-json.ts';
import { DOCUMENTS, INPUTS, OUT, UNSIGNED, Workplace, placesOf, type ReportJson } from './emit.ts';

/** Sets the fields of a CTRF report's first test, and its summary to fit. */
function editTests(
  place: Workplace,
  phase: string,
  change: (tests: Record<string, unknown>[]) => readonly unknown[],
): void {
  const path = `results/${phase}.json`;
  const report = JSON.parse(readFileSync(place.path(path), 'utf8')) as {
    results: { tests: Record<string, unknown>[]; summary: Record<string, number> };
  };
  const { summary } = report.results;
  const tests = change(report.results.tests) as { readonly status: string }[];
  for (const status of ['passed', 'failed', 'skipped', 'pending', 'other']) {
    summary[status] = tests.filter((test) => test.status === status).length;
  }
  summary['tests'] = tests.length;
  place.write(path, JSON.stringify({ ...report, results: { ...report.results, tests } }));
}

/** One cause of red each, everything else green. */
const RED: readonly {
  readonly why: string;
  readonly faults: readonly string[];
  readonly change: (place: Workplace) => void;
}[] = [
  {
    why: 'E-18 a failed test',
    faults: ['PHASE_NOT_GREEN results/performance.json'],
    change: (place) => {
      editTests(place, 'performance', ([test]) => [{ ...test, status: 'failed' }]);
    },
  },
  {
    why: 'a pending test',
    faults: ['PHASE_NOT_GREEN results/deployment.json'],
    change: (place) => {
      editTests(place, 'deployment', ([test, ...more]) => [
        { ...test, status: 'pending' },
        ...more,
      ]);
    },
  },
  {
    why: 'a check without a test',
    faults: ['PHASE_NOT_GREEN results/deployment.json'],
    change: (place) => {
      editTests(place, 'deployment', ([, ...more]) => more);
    },
  },
  {
    why: 'E-15 a phase with only skipped tests',
    faults: ['PHASE_NOT_GREEN results/performance.json'],
    change: (place) => {
      editTests(place, 'performance', ([test]) => [{ ...test, status: 'skipped' }]);
    },
  },
  {
    why: 'E-15 a phase without tests',
    faults: ['PHASE_NOT_GREEN results/performance.json'],
    change: (place) => {
      editTests(place, 'performance', () => []);
    },
  },
  {
    why: 'a required phase without a report',
    faults: ['PHASE_NOT_GREEN --results'],
    change: (place) => {
      rmSync(place.path('results/performance.json'));
    },
  },
  {
    why: 'a figure that contradicts the recipe, of a test that passed',
    faults: ['FIGURE_CONTRADICTS results/performance.json#/results/tests/0'],
    change: (place) => {
      place.edit('results/performance.json', '473.99 GB/s', '214.30 GB/s');
    },
  },
  {
    why: 'a constraint that fails',
    faults: ['CONSTRAINT_FAILED recipe.yaml#/constraints/0'],
    change: (place) => {
      place.edit('recipe.yaml', "'>= 1.32.4'", "'>= 1.99'");
    },
  },
  {
    why: 'a constraint that cannot be evaluated, however mild its severity',
    faults: ['CONSTRAINT_UNEVALUABLE recipe.yaml#/constraints/0'],
    change: (place) => {
      place.edit('recipe.yaml', "'>= 1.32.4'", "''\n    severity: warning");
    },
  },
  {
    why: 'a constraint on what the snapshot does not have',
    faults: ['CONSTRAINT_UNEVALUABLE recipe.yaml#/constraints/0'],
    change: (place) => {
      place.edit('recipe.yaml', 'name: K8s.server.version', 'name: K8s.server.flavour');
    },
  },
  ...['service: gke', 'accelerator: gb200', 'os: rhel'].map((criterion) => {
    const dimension = criterion.split(':')[0] ?? '';
    return {
      why: `E-13 another cluster than the recipe demands, ${criterion}`,
      faults: [`CLUSTER_MISMATCH recipe.yaml#/criteria/${dimension}`],
      change: (place: Workplace) => {
        const text = readFileSync(place.path('recipe.yaml'), 'utf8');
        const line = new RegExp(`^  ${dimension}: \\w+$`, 'm');
        place.write('recipe.yaml', text.replace(line, `  ${criterion}`));
      },
    };
  }),
  {
    why: 'E-13 fewer nodes than the recipe demands',
    faults: ['CLUSTER_MISMATCH recipe.yaml#/criteria/nodes'],
    change: (place) => {
      place.edit('recipe.yaml', '  platform: kubeflow\n', '  platform: kubeflow\n  nodes: 8\n');
    },
  },
  {
    why: 'a demanded service that the snapshot does not show',
    faults: ['CLUSTER_UNKNOWN recipe.yaml#/criteria/service'],
    change: (place) => {
      place.edit('snapshot.yaml', '          provider: eks\n', '');
      place.edit(
        'snapshot.yaml',
        '          provider-id: aws:///us-west-2a/i-0123456789abcdef0\n',
        '',
      );
    },
  },
  {
    why: 'E-14 a demanded accelerator that the snapshot does not show',
    faults: ['CLUSTER_UNKNOWN recipe.yaml#/criteria/accelerator'],
    change: withoutGpu,
  },
  {
    why: 'a demanded os that the snapshot does not show',
    faults: ['CLUSTER_UNKNOWN recipe.yaml#/criteria/os'],
    change: (place) => {
      place.edit('snapshot.yaml', '          ID: ubuntu\n', '');
      place.edit('recipe.yaml', '  - name: OS.release.ID\n    value: ubuntu\n', '');
    },
  },
];

function withoutGpu(place: Workplace): void {
  const text = readFileSync(place.path('snapshot.yaml'), 'utf8');
  const gpu = /^ {2}- type: GPU\n(?: {4}.*\n)+|^ {10}nvidia\.com\/gpu\..*\n/gm;
  place.write('snapshot.yaml', text.replaceAll(gpu, ''));
}

describe('each cause of red on its own: exit 1, the evidence is written, and verifying it gives 1', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox();
  });

  afterAll(async () => {
    await sandbox.close();
  });

  /** Flags to sign with the one sandbox of all tests here: to start one costs more than the rest. */
  function signing(place: Workplace): readonly string[] {
    place.write('root.json', JSON.stringify(sandbox.trustedRoot));
    place.write('config.json', JSON.stringify(sandbox.signingConfigs['signing_config.json']));
    const services = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];
    return ['--emit-evidence', OUT, ...services, '--identity-token', sandbox.token()];
  }

  it.each(RED)('$why', async ({ change, faults }) => {
    const place = new Workplace();
    change(place);
    const run = await place.validate([...INPUTS, ...signing(place)]);
    expect(run.code).toBe(1);
    expect(run.report.outcome).toBe('failed');
    expect(placesOf(run.report.faults)).toEqual(faults);
    expect([...(await place.files()).keys()]).toContain('attestation.intoto.jsonl');
    const verified = await place.repeat(run);
    expect(verified.code).toBe(1);
    expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: 'failed', pinned: true });
  });
});

describe('the report', () => {
  it('E-15 of results that prove nothing says so', async () => {
    const place = new Workplace();
    editTests(place, 'performance', ([test]) => [{ ...test, status: 'skipped' }]);
    editTests(place, 'deployment', () => []);
    const { code, report } = await place.validate();
    expect(code).toBe(1);
    expect(report.faults.map(({ found }) => found)).toEqual([
      expect.stringContaining('no tests at all'),
      expect.stringContaining('only skipped tests'),
    ]);
  });

  it('E-18 of a failed test names its phase, the test and the file that was given', async () => {
    const place = new Workplace();
    editTests(place, 'deployment', ([test, ...more]) => [
      { ...test, status: 'failed', message: 'no pod is ready' },
      ...more,
    ]);
    const run = await place.run(['validate', ...INPUTS]);
    expect(run.code).toBe(1);
    expect(run.stdout.split('\n')[0]).toMatch(/^## ❌ Self-check: not green/);
    expect(run.stdout).toContain('deployment **NOT GREEN** (3 passed, 1 failed)');
    expect(run.stdout).toContain(
      '* deployment: `operator-health` failed; it says `no pod is ready`',
    );
    expect(run.stdout).toContain('results/deployment.json');
    expect(run.stdout).not.toContain('ctrf/');
  });

  it('E-13 shows for each dimension what is wanted, what is there, and whether they match', async () => {
    const place = new Workplace();
    place.edit('recipe.yaml', '  accelerator: h100\n  intent', '  accelerator: gb200\n  intent');
    const { report } = await place.validate();
    expect(report.match).toEqual({
      matched: false,
      perDimension: [
        {
          dimension: 'service',
          recipeRequires: 'eks',
          fingerprintProvides: 'eks',
          match: 'matched',
        },
        {
          dimension: 'accelerator',
          recipeRequires: 'gb200',
          fingerprintProvides: 'h100',
          match: 'mismatched',
        },
        {
          dimension: 'os',
          recipeRequires: 'ubuntu',
          fingerprintProvides: 'ubuntu',
          match: 'matched',
        },
        { dimension: 'intent', recipeRequires: 'training', match: 'unknown' },
        { dimension: 'platform', recipeRequires: 'kubeflow', match: 'unknown' },
        { dimension: 'nodes', fingerprintProvides: '6', match: 'matched' },
      ],
    });
    const markdown = (await place.run(['validate', ...INPUTS])).stdout;
    expect(markdown).toContain(
      '<tr><td>accelerator</td><td><code>gb200</code></td><td><code>h100</code></td><td><b>MISMATCH</b></td></tr>',
    );
    expect(markdown).toContain('* accelerator: the cluster has `h100`; the recipe wants `gb200`.');
  });

  it('E-14 of a snapshot without GPU data calls the accelerator unknown, and is green if none is demanded', async () => {
    const place = new Workplace();
    withoutGpu(place);
    place.edit('recipe.yaml', '  accelerator: h100\n  intent', '  accelerator: any\n  intent');
    const { code, report } = await place.validate();
    expect(code).toBe(0);
    expect(report.fingerprint['accelerator']?.value).toBe('');
    expect(placesOf(report.findings)).toContain('DIMENSION_UNKNOWN snapshot.yaml#/measurements');
  });

  it.each([
    ['eks', 'eks'],
    ['oci', 'oke'],
    ['ocid1.instance.oc1.phx.x', 'oke'],
    ['linode', 'lke'],
  ])('E-11 E-12 takes the provider %s for the service %s', async (provider, service) => {
    const place = new Workplace();
    place.edit('snapshot.yaml', ' provider: eks\n', ` provider: ${provider}\n`);
    const { report } = await place.validate(DOCUMENTS);
    expect(report.fingerprint['service']?.value).toBe(service);
  });

  it('E-12 does not read GB200 as B200, and notes several regions', async () => {
    const place = new Workplace();
    place.edit('snapshot.yaml', 'NVIDIA-H100-80GB-HBM3|', 'NVIDIA-GB200|');
    const region = '          topology.kubernetes.io/region: us-west-2|';
    place.edit('snapshot.yaml', region, region.replace('region:', 'region.us-west-2:'));
    const other = '          topology.kubernetes.io/region.us-east-1: us-east-1|ip-10-0-8-13';
    place.edit(
      'snapshot.yaml',
      '          node.kubernetes.io/instance-type.p5',
      `${other}\n          node.kubernetes.io/instance-type.p5`,
    );
    const { report } = await place.validate(DOCUMENTS);
    expect(report.fingerprint['accelerator']?.value).toBe('gb200');
    expect(report.fingerprint['region']).toMatchObject({
      value: '',
      note: expect.stringContaining('region'),
    });
  });

  it('E-11 has every measured field, none of it from the fingerprint block of the snapshot', async () => {
    const place = new Workplace();
    place.edit(
      'snapshot.yaml',
      '  accelerator: h100\n  gpuModel',
      '  accelerator: b200\n  gpuModel',
    );
    place.edit('snapshot.yaml', '  gpuNodeCount: 4\n', '  gpuNodeCount: 400\n');
    const { code, report } = await place.validate();
    expect(code).toBe(0);
    const values = Object.entries(report.fingerprint).map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(values)).toEqual({
      ...{ service: 'eks', accelerator: 'h100', gpuModel: 'h100', os: 'ubuntu' },
      ...{ k8sVersion: '1.33.4-eks-e386d34', region: 'us-west-2', nodeCount: 6, gpuNodeCount: 4 },
    });
  });

  it('E-42 in Markdown has its sections, in this order, verdict first', async () => {
    const place = new Workplace();
    const { stdout } = await place.run(['validate', ...INPUTS, ...UNSIGNED]);
    const sections = stdout
      .split('\n')
      .flatMap((line) => /^(?:##|- \*\*\w+:\*\*|<details>)/.exec(line)?.slice(0, 1) ?? []);
    expect(sections).toEqual([
      '##',
      ...['Evidence', 'Recipe', 'Bundle', 'Cluster', 'Phases', 'Constraints', 'Claimed'].map(
        (label) => `- **${label}:**`,
      ),
      ...['<details>', '<details>', '<details>', '<details>'],
    ]);
    expect(stdout).toContain(LIMIT_OF_TRUST);
    expect(stdout).toContain(OUT);
  });

  it('without --results shows every phase as not run, and match and constraints alone decide', async () => {
    const place = new Workplace();
    const green = await place.validate(DOCUMENTS);
    expect(green.code).toBe(0);
    expect(green.report.phases.map(({ state }) => state)).toEqual([
      'not-run',
      'not-run',
      'not-run',
    ]);
    place.edit('recipe.yaml', "'>= 1.32.4'", "'>= 1.99'");
    const red = await place.validate(DOCUMENTS);
    expect(red.code).toBe(1);
    expect(placesOf(red.report.faults)).toEqual(['CONSTRAINT_FAILED recipe.yaml#/constraints/0']);
  });

  it('of a phase that the recipe does not list is shown as not required, and only its failed tests count', async () => {
    const place = new Workplace();
    const text = readFileSync(place.path('recipe.yaml'), 'utf8');
    place.write('recipe.yaml', text.replace(/^ {2}performance:\n(?: {4}.*\n)+/m, ''));
    const { code, report } = await place.validate();
    expect(code).toBe(0);
    expect(report.phases).toMatchObject([{}, { phase: 'performance', required: false }, {}]);
    editTests(place, 'performance', ([test]) => [{ ...test, status: 'failed' }]);
    expect((await place.validate()).code).toBe(1);
  });

  it('names a skipped check of a merged report by its place in the file that was given', async () => {
    const place = new Workplace();
    const { report } = await place.validate([...DOCUMENTS, '--results', 'results-merged.json']);
    expect(placesOf(report.findings)).toContain(
      'CHECK_SKIPPED results-merged.json#/results/tests/12',
    );
  });

  it('reads results from standard input, and names it in findings', async () => {
    const place = new Workplace();
    const stdin = readFileSync(place.path('results-merged.json'), 'utf8');
    const { code, report } = await place.validate([...DOCUMENTS, '--results', '-'], { stdin });
    expect(code).toBe(0);
    expect(placesOf(report.findings)).toContain('CHECK_SKIPPED stdin#/results/tests/12');
  });

  it('has a finding for each stray thing in a results folder', async () => {
    const place = new Workplace();
    place.write('results/notes.txt', 'rerun on Monday');
    place.write('results/deep/deployment.json', '{}');
    place.write('results/package.json', '{"name": "validators"}');
    const { code, report } = await place.validate();
    expect(code).toBe(0);
    const ignored = placesOf(report.findings).filter((line) => line.startsWith('RESULTS_FILE'));
    expect(ignored.toSorted()).toEqual(
      ['deep', 'notes.txt', 'package.json'].map((name) => `RESULTS_FILE_IGNORED results/${name}`),
    );
  });

  it.each([
    ['terminal', /^· Self-check: green/],
    ['markdown', /^## Self-check: green/],
    ['json', /^\{\n {2}"schemaVersion": "1\.0\.0"/],
  ])('is written as %s to --output, and nothing is printed', async (format, start) => {
    const place = new Workplace();
    place.write('report', 'an older report');
    const run = await place.run(['validate', ...INPUTS, '--format', format, '--output', 'report']);
    expect([run.code, run.stdout, run.stderr]).toEqual([0, '', '']);
    expect(readFileSync(place.path('report'), 'utf8')).toMatch(start);
  });
});

async function findingsAfter(
  file: string,
  from: string,
  to: string,
): Promise<{ readonly code: number | null; readonly findings: ReportJson['findings'] }> {
  const place = new Workplace();
  place.edit(file, from, to);
  const { code, report } = await place.validate();
  return { code, findings: report.findings };
}

describe('findings about the documents themselves', () => {
  it.each([
    ['recipe.yaml', 'apiVersion: aicr.run/v1\n', 'apiVersion: aicr.run/v1alpha2\n', '#/apiVersion'],
    ['recipe.yaml', 'apiVersion: aicr.run/v1\n', '', ''],
    [
      'snapshot.yaml',
      'apiVersion: aicr.run/v1\n',
      'apiVersion: aicr.run/v1alpha2\n',
      '#/apiVersion',
    ],
    ['snapshot.yaml', 'apiVersion: aicr.run/v1\n', '', ''],
  ])(
    'H-09 %s with a retired or missing apiVersion is read, and the successor named',
    async (file, from, to, at) => {
      const { code, findings } = await findingsAfter(file, from, to);
      expect(code).toBe(0);
      expect(findings).toContainEqual(
        expect.objectContaining({
          code: 'API_VERSION_OUTDATED',
          at: `${file}${at}`,
          expected: 'aicr.run/v1',
        }),
      );
    },
  );

  it.each([
    [
      'TIMESTAMP_DOUBTFUL',
      'timestamp: "2026-06-10T01:00:00Z"',
      'timestamp: "2026-02-30T01:00:00Z"',
      'timestamp',
      0,
    ],
    [
      'TIMESTAMP_DOUBTFUL',
      'timestamp: "2026-06-10T01:00:00Z"',
      'timestamp: "2999-01-01T00:00:00Z"',
      'timestamp',
      // So it is not of the day of the phases.
      4,
    ],
    ['VERSION_DOUBTFUL', 'version: v1.0.0', 'version: latest', 'version', 0],
  ])('H-18 %s for %s made %s', async (...row) => {
    const [code, from, to, field, expected] = row;
    const { code: exit, findings } = await findingsAfter('snapshot.yaml', from, to);
    expect(exit).toBe(expected);
    expect(placesOf(findings)).toContain(`${code} snapshot.yaml#/metadata/${field}`);
  });

  it.each([
    ['recipe.yaml', 'deploymentOrder:', 'flavour: strong\ndeploymentOrder:', '/flavour'],
    [
      'recipe.yaml',
      '  performance:\n',
      '  performance:\n    chekcs: []\n',
      '/validation/performance/chekcs',
    ],
    ['snapshot.yaml', 'measurements:', 'flavour: strong\nmeasurements:', '/flavour'],
  ])('H-19 an unknown field of %s is read over and named', async (file, from, to, at) => {
    const { code, findings } = await findingsAfter(file, from, to);
    expect(code).toBe(0);
    // Of a recipe it does not even get into the evidence, as AICR's types have no place for it.
    const named = file === 'recipe.yaml' ? 'FIELD_DROPPED' : 'FIELD_IGNORED';
    expect(placesOf(findings)).toContain(`${named} ${file}#${at}`);
  });
});
