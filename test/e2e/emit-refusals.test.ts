// What `affidavit validate` refuses: each with a code, the place in the user's own file, a next step
// and its exit code, and nothing written.
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { DOCUMENTS, INPUTS, OUT, UNSIGNED, Workplace, placesOf } from './emit.ts';

interface Refusal {
  readonly why: string;
  /** `CODE at`. */
  readonly error: string;
  readonly code: number;
  /** What is changed of inputs that are green otherwise; may name other words. */
  readonly change: (place: Workplace) => readonly string[] | void;
  /** What the message says. */
  readonly says?: string;
}

const RECIPE = 'recipe.yaml';
const SNAPSHOT = 'snapshot.yaml';

/** Nine anchors, each nine times the one before: 387 million values. */
const YAML_BOMB = [...'bcdefghi']
  .reduce(
    (lines, name, index) => {
      const before = [...'abcdefgh'][index];
      return [...lines, `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`];
    },
    ['a: &a [x, x, x, x, x, x, x, x, x]'],
  )
  .join('\n');

function editing(file: string, from: string, to: string): (place: Workplace) => void {
  return (place) => {
    place.edit(file, from, to);
  };
}

const DOCUMENT_REFUSALS: readonly Refusal[] = [
  ...[RECIPE, SNAPSHOT, 'results/deployment.json'].map((file) => ({
    why: `an empty file as ${file}`,
    error: `DOCUMENT_INVALID ${file}`,
    code: 2,
    change: (place: Workplace) => {
      place.write(file, '');
    },
    says: 'an empty file',
  })),
  ...(['--recipe', '--snapshot'] as const).map((flag) => ({
    why: `a directory as ${flag}`,
    error: 'FILE_UNREADABLE logs',
    code: 3,
    change: () => INPUTS.map((word, index) => (INPUTS[index - 1] === flag ? 'logs' : word)),
    says: 'a directory',
  })),
  ...(['--recipe', '--snapshot', '--results'] as const).map((flag) => ({
    why: `a file that is not there as ${flag}`,
    error: 'FILE_UNREADABLE nowhere',
    code: 3,
    change: () => INPUTS.map((word, index) => (INPUTS[index - 1] === flag ? 'nowhere' : word)),
    says: 'no such file',
  })),
  {
    why: 'recipe and snapshot swapped',
    error: 'KIND_UNEXPECTED snapshot.yaml#/kind',
    code: 2,
    change: () => ['--recipe', SNAPSHOT, '--snapshot', RECIPE, '--results', 'results'],
    says: 'next: give this file to affidavit validate --snapshot; name here what `aicr recipe` wrote',
  },
  {
    why: 'H-11 a recipe as snapshot, both kinds named',
    error: 'KIND_UNEXPECTED recipe.yaml#/kind',
    code: 2,
    change: () => ['--recipe', RECIPE, '--snapshot', RECIPE, '--results', 'results'],
    says: 'found: a resolved recipe\n want: a snapshot',
  },
  {
    why: 'H-11 a kind that nobody knows',
    error: 'KIND_UNEXPECTED snapshot.yaml#/kind',
    code: 2,
    change: editing(SNAPSHOT, 'kind: Snapshot', 'kind: Photograph'),
    says: 'found: "Photograph"\n want: Snapshot',
  },
  ...['[1]', 'true', '1', 'null', '{a: b}'].map((value) => ({
    why: `H-12 metadata with the value ${value}`,
    error: 'FIELD_INVALID snapshot.yaml#/metadata/version',
    code: 2,
    change: editing(SNAPSHOT, 'version: v1.0.0', `version: ${value}`),
  })),
  ...[RECIPE, SNAPSHOT].map((file) => ({
    why: `a YAML bomb as ${file}`,
    error: `DOCUMENT_UNSUPPORTED ${file}#/a`,
    code: 2,
    change: (place: Workplace) => {
      place.write(file, YAML_BOMB);
    },
    says: 'line 1, column 4',
  })),
  {
    why: 'a key that comes twice in the recipe',
    error: 'DOCUMENT_DUPLICATE_KEY recipe.yaml#/criteria/os',
    code: 2,
    change: editing(RECIPE, '  os: ubuntu\n', '  os: ubuntu\n  os: cos\n'),
  },
  {
    why: 'a key that comes twice in the snapshot',
    error: 'DOCUMENT_DUPLICATE_KEY snapshot.yaml#/kind',
    code: 2,
    change: editing(SNAPSHOT, 'kind: Snapshot\n', 'kind: Snapshot\nkind: Snapshot\n'),
  },
  {
    why: 'a place below a key of 7 MB',
    error: `DOCUMENT_DUPLICATE_KEY results/deployment.json#/${'k'.repeat(320)}…/a`,
    code: 2,
    change: editing(
      'results/deployment.json',
      '"reportFormat": ',
      `"${'k'.repeat(7_000_000)}": {"a": 1, "a": 2}, "reportFormat": `,
    ),
  },
  {
    why: 'a key that comes twice in results',
    error: 'DOCUMENT_DUPLICATE_KEY results/deployment.json#/results/tests/0/status',
    code: 2,
    change: (place) => {
      const text = readFileSync(place.path('results/deployment.json'), 'utf8');
      const twice = text.replace('"status": "passed"', '"status": "failed", "status": "passed"');
      place.write('results/deployment.json', twice);
    },
  },
  {
    why: 'text that is not UTF-8 in the recipe',
    error: 'DOCUMENT_INVALID recipe.yaml',
    code: 2,
    change: (place) => {
      place.write(RECIPE, Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]));
    },
  },
  {
    why: 'a recipe of an unknown apiVersion, the known ones named',
    error: 'API_VERSION_UNKNOWN recipe.yaml#/apiVersion',
    code: 2,
    change: editing(RECIPE, 'aicr.run/v1\n', 'aicr.run/v9\n'),
    says: 'aicr.run/v1 or aicr.run/v1beta2; retired, but read: aicr.run/v1alpha2',
  },
  {
    why: 'a snapshot of an unknown apiVersion',
    error: 'API_VERSION_UNKNOWN snapshot.yaml#/apiVersion',
    code: 2,
    change: editing(SNAPSHOT, 'aicr.run/v1\n', 'AICR.run/v1\n'),
  },
  ...[RECIPE, SNAPSHOT].flatMap((file) =>
    ['apiVersion: aicr.nvidia.com/v1alpha1\n', ''].map((line) => ({
      why: `H-09 evidence of ${file} with ${line === '' ? 'no apiVersion' : 'a retired apiVersion'}`,
      error: `API_VERSION_RETIRED ${file}#/apiVersion`,
      code: 2,
      change: editing(file, 'apiVersion: aicr.run/v1\n', line),
      says: 'want: aicr.run/v1 ',
    })),
  ),
  {
    why: 'a recipe that should have a profile',
    error: 'FIELD_INVALID recipe.yaml#/metadata',
    code: 2,
    change: editing(RECIPE, 'aicr.run/v1\n', 'aicr.run/v1beta2\n'),
  },
  {
    why: 'an overlay',
    error: 'RECIPE_OVERLAY_UNSUPPORTED recipe.yaml#/kind',
    code: 2,
    change: editing(RECIPE, 'kind: RecipeResult', 'kind: RecipeMetadata'),
    says: 'aicr recipe',
  },
  {
    why: '100 MB of JSON as results',
    error: 'LIMIT_EXCEEDED results/deployment.json',
    code: 2,
    change: (place) => {
      place.write('results/deployment.json', Buffer.alloc(100_000_000, ' '));
    },
    says: '16777216',
  },
  {
    why: 'a recipe of more than 1 MiB',
    error: 'LIMIT_EXCEEDED recipe.yaml',
    code: 2,
    change: (place) => {
      place.write(RECIPE, `${readFileSync(place.path(RECIPE), 'utf8')}#${'x'.repeat(1024 * 1024)}`);
    },
  },
];

const RESULTS_REFUSALS: readonly Refusal[] = [
  {
    why: 'a suite that is no phase',
    error: 'RESULTS_PHASE_UNKNOWN results-merged.json#/results/tests/0/suite/0',
    code: 2,
    change: (place) => {
      const text = readFileSync(place.path('results-merged.json'), 'utf8');
      place.write('results-merged.json', text.replaceAll('"deployment"', '"smoke"'));
      return [...DOCUMENTS, '--results', 'results-merged.json'];
    },
    says: 'deployment, performance, conformance',
  },
  {
    why: 'a file that is named after no phase, of tests without a suite',
    error: 'RESULTS_PHASE_UNKNOWN smoke.json#/results/tests/0',
    code: 2,
    change: (place) => {
      const text = readFileSync(place.path('results/performance.json'), 'utf8');
      place.write('smoke.json', text.replace(/"suite": \[[^\]]*\],/, ''));
      return [...DOCUMENTS, '--results', 'smoke.json'];
    },
  },
  {
    why: 'one phase in two files',
    error: 'RESULTS_PHASE_DUPLICATE results-merged.json',
    code: 2,
    change: () => [...INPUTS, '--results', 'results-merged.json'],
    says: 'results/deployment.json has it already',
  },
  {
    why: 'one report twice, in a directory and by its name',
    error: 'RESULTS_PHASE_DUPLICATE results/performance.json',
    code: 2,
    change: () => [...INPUTS, '--results', 'results/performance.json'],
    says: 'name it once: a directory brings all reports in it',
  },
  {
    why: 'a pattern that the shell did not replace',
    error: 'FILE_UNREADABLE results/*.json',
    code: 3,
    change: () => [...DOCUMENTS, '--results', 'results/*.json'],
    says: 'name each file itself',
  },
  {
    why: 'a suite that is not the phase of the file name',
    error: 'RESULTS_PHASE_CONFLICT results/performance.json#/results/tests/0/suite/0',
    code: 2,
    change: (place) => {
      renameSync(place.path('results/deployment.json'), place.path('results/performance.json'));
    },
  },
  {
    why: 'a summary that its tests contradict',
    error: 'RESULTS_SUMMARY_DIFFERS results/deployment.json#/results/summary/passed',
    code: 2,
    change: editing('results/deployment.json', '"passed": 4', '"passed": 5'),
    says: 'passed 4',
  },
  {
    why: 'a results folder without a report',
    error: 'RESULTS_MISSING empty',
    code: 2,
    change: (place) => {
      place.write('empty/notes.txt', 'nothing was run');
      return [...DOCUMENTS, '--results', 'empty'];
    },
  },
  {
    why: 'results that are no CTRF',
    error: 'KIND_UNEXPECTED results/deployment.json#/reportFormat',
    code: 2,
    change: editing('results/deployment.json', '"CTRF"', '"JUnit"'),
  },
  {
    why: 'an empty standard input',
    error: 'DOCUMENT_INVALID stdin',
    code: 2,
    change: () => [...DOCUMENTS, '--results', '-'],
  },
  {
    why: 'evidence without --results',
    error: 'RESULTS_REQUIRED --results',
    code: 64,
    change: () => DOCUMENTS,
  },
  {
    why: 'two documents in standard input',
    error: 'USAGE -',
    code: 64,
    change: () => ['--recipe', '-', '--snapshot', SNAPSHOT, '--results', '-'],
  },
];

const LOGS_REFUSALS: readonly Refusal[] = (
  [
    ['a link', 'logs/deployment/link.log', (path) => symlinkSync('/etc/hostname', path)],
    ['a folder in a phase', 'logs/deployment/deep', (path) => mkdirSync(path)],
    ['a name with a blank', 'logs/deployment/my log', (path) => writeFileSync(path, '')],
    ['a hidden file', 'logs/deployment/.log', (path) => writeFileSync(path, '')],
    [
      'a name that differs in its case only',
      'logs/deployment/operator-health.log',
      (path) => writeFileSync(path.replace('operator', 'Operator'), ''),
    ],
    ['a folder of no phase', 'logs/smoke', (path) => mkdirSync(path)],
    ['a file beside the phases', 'logs/all.log', (path) => writeFileSync(path, '')],
  ] as const satisfies readonly (readonly [string, string, (path: string) => void])[]
).map(([why, path, make]) => ({
  why: `logs with ${why}`,
  error: `LOGS_INVALID ${path}`,
  code: 2,
  change: (place) => {
    make(place.path(path));
    return [...INPUTS, '--logs', 'logs'];
  },
}));

describe('an input that is refused', () => {
  const all = [
    ...DOCUMENT_REFUSALS,
    ...RESULTS_REFUSALS,
    ...LOGS_REFUSALS,
    {
      why: 'a file as --logs',
      error: 'LOGS_INVALID recipe.yaml',
      code: 2,
      change: () => [...INPUTS, '--logs', RECIPE],
    },
  ];

  it.each(all)('$why: $error, exit $code', async ({ change, error: expected, code, ...rest }) => {
    const place = new Workplace();
    const words = change(place) ?? INPUTS;
    const { error, stderr, ...run } = await place.refused([...words, ...UNSIGNED]);
    expect(placesOf([error])).toEqual([expected]);
    expect(run.code).toBe(code);
    const said: { readonly says?: string } = rest;
    expect(stderr).toContain(said.says ?? '');
  });
});

describe('an apiVersion that is retired', () => {
  it('H-10 is packed as it is with --allow-retired-api, and only the finding names the successor', async () => {
    const place = new Workplace();
    place.edit(RECIPE, 'apiVersion: aicr.run/v1\n', 'apiVersion: aicr.run/v1alpha2\n');
    place.edit(SNAPSHOT, 'apiVersion: aicr.run/v1\n', '');
    const { code, report } = await place.validate([...INPUTS, ...UNSIGNED, '--allow-retired-api']);
    expect(code).toBe(0);
    const outdated = report.findings.filter((finding) => finding.code === 'API_VERSION_OUTDATED');
    expect(outdated.map(({ at, expected }) => `${at} ${expected}`)).toEqual([
      `${RECIPE}#/apiVersion aicr.run/v1`,
      `${SNAPSHOT} aicr.run/v1`,
    ]);
    const files = await place.files();
    expect(String(files.get('recipe.yaml'))).toMatch(/^apiVersion: aicr\.run\/v1alpha2\n/);
    expect(String(files.get('snapshot.yaml'))).not.toContain('apiVersion');
  });
});

describe('a call that is refused', () => {
  it.each(['', '-1', '1.5', '1e9', '0x10', ' 1', 'abc', '99999999999999'])(
    'H-14 with SOURCE_DATE_EPOCH=%j is 64, and names variable and value',
    async (value) => {
      const place = new Workplace();
      const env = { SOURCE_DATE_EPOCH: value };
      const { code, error } = await place.refused([...INPUTS, ...UNSIGNED], { env });
      expect(code).toBe(64);
      expect(placesOf([error])).toEqual(['SOURCE_DATE_EPOCH_INVALID SOURCE_DATE_EPOCH']);
      expect(error.found).toBe(JSON.stringify(value));
    },
  );

  it('to sign evidence of the future is 64, before anything is signed', async () => {
    const place = new Workplace();
    const env = { SOURCE_DATE_EPOCH: '4000000000' };
    const words = [...INPUTS, '--sandbox', '--emit-evidence', OUT];
    const { code, error } = await place.refused(words, { env });
    expect([code, error.code]).toEqual([64, 'SOURCE_DATE_EPOCH_INVALID']);
  });

  it.each([
    { with: 'no token', words: [], env: {} },
    {
      with: 'an empty token',
      words: ['--identity-token', ''],
      env: { SIGSTORE_ID_TOKEN: 'x.y.z' },
    },
    { with: 'empty variables', words: [], env: { SIGSTORE_ID_TOKEN: '' } },
  ])('E-22 to sign with $with is 64 TOKEN_MISSING', async ({ words, env }) => {
    const place = new Workplace();
    const { code, error } = await place.refused([...INPUTS, '--emit-evidence', OUT, ...words], {
      env,
    });
    expect([code, error.code]).toEqual([64, 'TOKEN_MISSING']);
    expect(error.hint).toContain('sign with --sandbox');
    expect(error.hint).toContain('--no-sign');
  });

  it.each([
    ['an unknown flag', ['--frobnicate'], 'affidavit validate', '"--frobnicate"'],
    ['a word too many', ['--force', 'extra'], 'affidavit validate', '"extra"'],
    ['--no-sign with --sandbox', [...UNSIGNED, '--sandbox'], '--no-sign', '--sandbox'],
    [
      '--no-sign with --identity-token',
      [...UNSIGNED, '--identity-token', 'x'],
      ...['--no-sign', '--identity-token'],
    ],
    [
      '--no-sign with --trusted-root',
      [...UNSIGNED, '--trusted-root', 'x'],
      ...['--no-sign', '--trusted-root'],
    ],
    ['--sandbox without --emit-evidence', ['--sandbox'], '--sandbox', '--emit-evidence'],
    ['--force without --emit-evidence', ['--force'], '--force', '--emit-evidence'],
    ['--recipe twice', ['--recipe', RECIPE], '--recipe', 'a second time'],
    ['a format that is none', ['-f', 'xml'], '--format', '"xml"'],
  ])('%s is 64 USAGE', async (_, words, at, says) => {
    const place = new Workplace();
    const { code, error } = await place.refused([...INPUTS, ...words]);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', at]);
    expect(error.found).toContain(says);
  });

  it('without the documents is 64, and names both', async () => {
    const { code, error } = await new Workplace().refused([]);
    expect([code, error.code]).toEqual([64, 'USAGE']);
    expect(error.found).toBe('no --recipe FILE, no --snapshot FILE');
  });
});

describe('a place that cannot be written', () => {
  it.each([
    ['OUT in a folder that is not there', 'no/evidence.tar.gz', 'FILE_UNWRITABLE'],
    ['OUT under a file', 'recipe.yaml/evidence.tar.gz', 'FILE_UNWRITABLE'],
    ['OUT that is a folder', 'logs', 'FILE_UNWRITABLE'],
    ['OUT that is a device', '/dev/full', 'FILE_UNWRITABLE'],
    ['OUT without a name', '', 'FILE_UNWRITABLE'],
    ['OUT that exists', RECIPE, 'OUTPUT_EXISTS'],
  ])('%s is 3, said before anything is signed', async (_, out, expected) => {
    const place = new Workplace();
    const before = readFileSync(place.path(RECIPE));
    const words = [...INPUTS, '--sandbox', '--emit-evidence', out];
    const { code, error } = await place.refused(words);
    expect(placesOf([error])).toEqual([`${expected} ${out}`]);
    expect(code).toBe(3);
    expect(readFileSync(place.path(RECIPE)).equals(before)).toBe(true);
  });

  it('OUT that exists is replaced with --force, and its old content is gone', async () => {
    const place = new Workplace();
    place.write(OUT, 'x'.repeat(100_000));
    const { code } = await place.validate([...INPUTS, ...UNSIGNED, '--force']);
    expect(code).toBe(0);
    expect((await place.files()).size).toBe(8);
  });

  it('--output in a folder that is not there is 3, before the evidence is made', async () => {
    const place = new Workplace();
    const { code, error } = await place.refused([...INPUTS, ...UNSIGNED, '--output', 'no/report']);
    expect([code, error.code, error.at]).toEqual([3, 'FILE_UNWRITABLE', 'no/report']);
    expect(error.hint).toContain('make the folder');
  });

  it.each([
    ['--output', `./${OUT}`],
    ['--output', './recipe.yaml'],
    ['--output', 'results/deployment.json'],
    ['--emit-evidence', 'snapshot.yaml'],
    ['--emit-evidence', 'logs/deployment/operator-health.log'],
  ])('%s %s is 64: it would replace an input or the other output', async (flag, path) => {
    const place = new Workplace();
    const before = readFileSync(place.path('results/deployment.json'));
    const out = flag === '--output' ? [...UNSIGNED, flag, path] : ['--no-sign', flag, path];
    const words = [...INPUTS, '--logs', 'logs', '--force', ...out];
    const { code, error } = await place.refused(words);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', flag]);
    expect(readFileSync(place.path('results/deployment.json')).equals(before)).toBe(true);
  });

  it('a new file in a folder of inputs is fine: --results . reads where the report is written', async () => {
    const place = new Workplace();
    const words = [...DOCUMENTS, '--results', '.', ...UNSIGNED, '--output', 'report.md'];
    expect((await place.run(['validate', ...words])).code).toBe(0);
  });
});
