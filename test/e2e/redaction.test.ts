// What a minimal bundle publishes, and the logs that are beside it.
import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import {
  EPOCH,
  INPUTS,
  OUT,
  UNSIGNED,
  Workplace,
  isPredicate,
  json,
  type FaultJson,
} from './emit.ts';
import { inStatement, type ReportJson } from './evidence.ts';

const LOGS = `${OUT}.logs.tar.gz`;
const MINIMAL = [...INPUTS, ...UNSIGNED, '--redact', 'minimal'];
const WITH_LOGS = [...MINIMAL, '--logs', 'logs'];

interface Verified {
  readonly code: number | null;
  readonly report: ReportJson & { readonly claimed: { readonly logs?: unknown } };
  readonly faults: readonly FaultJson[];
}

async function verify(place: Workplace, ...words: readonly string[]): Promise<Verified> {
  const all = ['verify-evidence', OUT, '--allow-unsigned', '--format', 'json', ...words];
  const { code, stdout } = await place.run(all);
  const report = JSON.parse(stdout) as Verified['report'];
  const faults = report.checks.flatMap((check) => check.faults);
  return { code, report, faults: faults.filter(({ code: each }) => each !== 'UNSIGNED') };
}

/** What of the fixture nobody else may see: where it was, and whose it is. */
const SECRETS = [
  ...['ip-10-0-', '10.0.12.34', 'compute.internal', 'i-0123456789abcdef0', 'aws:///'],
  ...['123456789012', 'registry.corp.invalid', 'GPU-5a1e', 'serial-77', 'admin@corp.invalid'],
];

/** The demo with more of what a cluster has, in every place that a collector or a runner fills. */
function plantSecrets(place: Workplace): void {
  place.edit('snapshot.yaml', 'kind: Snapshot\n', 'kind: Snapshot\naccount: "123456789012"\n');
  place.edit(
    'snapshot.yaml',
    '      - subtype: image\n        data:\n',
    '      - subtype: image\n        context:\n          owner: admin@corp.invalid\n        data:\n          registry.corp.invalid/team/app: v7\n',
  );
  place.edit('snapshot.yaml', '  - type: GPU\n', '  - type: GPU\n    serial: serial-77\n');
  place.edit(
    'results/performance.json',
    '"runtimeSource": "recipe-supplied-runtime"',
    '"runtimeSource": "recipe-supplied-runtime", "host": "10.0.12.34", "gpu": "GPU-5a1e"',
  );
  place.edit(
    'results/performance.json',
    '"results": {',
    '"results": { "runner": "admin@corp.invalid", ',
  );
  place.write('logs/performance/host.log', SECRETS.join('\n'));
}

async function textsOf(place: Workplace): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await place.files())].map(([name, bytes]) => [name, bytes.toString()]));
}

describe('E-55 a minimal bundle', () => {
  it('has no host name, address, node name or account of the cluster in any file, and says so', async () => {
    const place = new Workplace();
    plantSecrets(place);
    await place.validate([...INPUTS, ...UNSIGNED, '--redact', 'none', '--logs', 'logs'], {
      env: EPOCH,
    });
    const whole = [...(await textsOf(place)).values()].join('\n');
    expect(SECRETS.filter((secret) => !whole.includes(secret))).toEqual([]);

    const { code, stderr } = await place.validate([...WITH_LOGS, '--force'], { env: EPOCH });
    expect(code).toBe(0);
    const texts = await textsOf(place);
    for (const [name, text] of texts) {
      expect([name, SECRETS.filter((secret) => text.includes(secret))]).toEqual([name, []]);
    }
    expect(texts.get('bom.cdx.json')).toMatch(/"name": ?"app"/);
    const { predicate } = JSON.parse(texts.get('statement.intoto.json') ?? '') as {
      predicate: Record<string, unknown>;
    };
    expect([isPredicate(predicate), isPredicate.errors]).toEqual([true, null]);
    expect(predicate['redaction']).toMatchObject({ policy: 'minimal', version: 'affidavit-1' });
    const [note, ...others] = stderr.split('\n').filter((line) => line.includes('redacted'));
    expect(note).toMatch(
      /^ *note: redacted \(minimal affidavit-1\), withholds values: \d+ of reports, \d+ of snapshot\.yaml; public all the same: the region, and the name and tag of each image of the cluster$/,
    );
    expect(others).toEqual([]);
    expect((await verify(place)).code).toBe(0);
  });
});

describe('what validate prints of a minimal bundle', () => {
  /** With a bill of materials of the contributor's own, that lacks an image of the snapshot. */
  async function failing(): Promise<Workplace> {
    const place = new Workplace();
    plantSecrets(place);
    const lost = `no route to ip-10-0-12-34.compute.internal for admin@corp.invalid`;
    place.edit(
      'results/performance.json',
      '"status": "passed",',
      `"status": "failed", "message": "${lost}",`,
    );
    place.edit(
      'results/performance.json',
      '"passed": 1,\n      "failed": 0',
      '"passed": 0,\n      "failed": 1',
    );
    place.edit(
      'results/conformance.json',
      '"no supported autoscaler found: ',
      '"i-0123456789abcdef0 has none: ',
    );
    const components = [{ type: 'container', name: 'x', version: '1' }];
    const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components };
    place.write('my.json', JSON.stringify(bom));
    return place;
  }
  const WHOLE = [...INPUTS, ...UNSIGNED, '--bom', 'my.json', '--force'];
  const PACK = [...WHOLE, '--redact', 'minimal'];

  it('says in each format what is only claimed, as the verifier does', async () => {
    const place = new Workplace();
    const print = async (format: string): Promise<string> => {
      const words = [...INPUTS, ...UNSIGNED, '--redact', 'minimal', '--force'];
      return (await place.run(['validate', ...words, '--format', format], { env: EPOCH })).stdout;
    };
    const line = 'region, images: stated, not shown by the packed snapshot';
    expect((await print('terminal')).replaceAll(/\s+/g, ' ')).toContain(`only claimed ${line}`);
    expect((await print('markdown')).replaceAll('`', '')).toContain(line);
    const onlyClaimed = ['region', 'images'];
    expect(JSON.parse(await print('json'))).toMatchObject({ onlyClaimed });
    expect((await verify(place)).report).toMatchObject({ onlyClaimed });
  });

  it('shows no message, image or name that the bundle withholds, but in the terminal', async () => {
    const place = await failing();
    const print = async (format: string): Promise<string> => {
      const run = await place.run(['validate', ...PACK, '--format', format], { env: EPOCH });
      expect(run.code).toBe(1);
      return run.stdout;
    };
    const [markdown, data] = [await print('markdown'), await print('json')];
    expect(SECRETS.filter((secret) => `${markdown}${data}`.includes(secret))).toEqual([]);
    expect(markdown).toContain('the redaction withholds messages, so not what it said');
    expect(await print('terminal')).toContain(
      'ip-10-0-12-34.compute.internal for admin@corp.invalid',
    );
    // Where no evidence is made, nothing is withheld from whoever asks.
    const own = await place.run(['validate', ...INPUTS, '--format', 'json'], { env: EPOCH });
    const seen = ['ip-10-0-12-34', 'i-0123456789abcdef0'];
    expect(seen.filter((secret) => !own.stdout.includes(secret))).toEqual([]);
  });

  it('says the same of it as its verifier, and what was found of the recipe besides', async () => {
    const place = await failing();
    place.edit('recipe.yaml', 'kind: RecipeResult\n', 'kind: RecipeResult\nstray: 1\n');
    const made = await place.validate(PACK, { env: EPOCH });
    const { report } = await verify(place);
    for (const part of ['match', 'constraints', 'phaseConstraints', 'phases', 'bom'] as const) {
      expect([part, made.report[part as 'match']]).toEqual([part, report[part as 'match']]);
    }
    // Each with its place in the contributor's own files.
    const said = (all: readonly FaultJson[]): readonly string[] =>
      all.map(({ code, found, expected }) => [code, found, expected].join('\n'));
    const faults = report.checks.flatMap((check) => check.faults);
    expect(said(made.report.faults)).toEqual(
      said(faults.filter(({ code }) => code !== 'UNSIGNED')),
    );
    const ofRecipe = made.report.findings.filter(({ code }) => code === 'FIELD_DROPPED');
    expect(ofRecipe).toHaveLength(1);
    const others = made.report.findings.filter((each) => !ofRecipe.includes(each));
    expect(said(others)).toEqual(said(report.findings));
  });

  it('shows everything of a bundle that publishes everything', async () => {
    const place = await failing();
    const { report } = await place.validate([...WHOLE, '--redact', 'none'], { env: EPOCH });
    expect(JSON.stringify(report.phases)).toContain('no route to ip-10-0-12-34');
  });
});

/** A bundle with logs beside it, unpacked, whose statement says something else of them. */
async function unpackedWith(change: object): Promise<Workplace> {
  const place = new Workplace();
  await place.validate(WITH_LOGS, { env: EPOCH });
  const files = await place.files();
  files.forEach((bytes, name) => place.write(`bundle/${name}`, bytes));
  const statement = json(files.get('statement.intoto.json')) as {
    predicate: { affidavit: { logs: object } };
  };
  Object.assign(statement.predicate.affidavit.logs, change);
  place.write('bundle/statement.intoto.json', JSON.stringify(statement));
  return place;
}

describe('E-56 the logs of a minimal bundle', () => {
  it('are beside it, and are compared if they are supplied', async () => {
    const place = new Workplace();
    const { stderr } = await place.validate(WITH_LOGS, { env: EPOCH });
    const compare = `affidavit verify-evidence ${OUT} --allow-unsigned --logs ${LOGS}`;
    expect(stderr).toContain(`    logs: ${compare}\n`);
    expect(statSync(place.path(LOGS)).mode & 0o777).toBe(0o600);
    expect(statSync(place.path(OUT)).mode & 0o044).not.toBe(0);
    expect([...(await place.files()).keys()].filter((name) => name.startsWith('logs/'))).toEqual(
      [],
    );
    const inside = place.list('logs').filter((name) => name.endsWith('.log'));
    expect([...(await place.files(LOGS)).keys()]).toEqual(inside.map((name) => `logs/${name}`));

    const without = await verify(place);
    expect([without.code, without.report.claimed.logs]).toEqual([
      0,
      { digest: expect.stringMatching(/^sha256:/), fileCount: inside.length, supplied: false },
    ]);
    const said = await place.run([
      'verify-evidence',
      OUT,
      '--allow-unsigned',
      '--format',
      'terminal',
    ]);
    expect(said.stdout).toMatch(/\nlogs +15 files, beside the bundle: not supplied/);

    for (const logs of [LOGS, 'unpacked', 'logs']) {
      const files = await place.files(LOGS);
      files.forEach((bytes, name) => place.write(`unpacked/${name}`, bytes));
      const { code, report } = await verify(place, '--logs', logs);
      expect(code).toBe(0);
      expect(report.checks.at(-1)).toMatchObject({
        name: 'logs-match-statement',
        outcome: 'passed',
      });
      expect(report.claimed.logs).toMatchObject({ supplied: true });
    }
    const words = ['verify-evidence', OUT, '--allow-unsigned', '--logs', LOGS];
    const shown = await place.run([...words, '--format', 'terminal']);
    expect(shown.stdout).toMatch(/\nlogs +15 files, those of the statement\n/);
    place.write('unpacked/logs/deployment/x.log', 'one more');
    const other = await verify(place, '--logs', 'unpacked');
    expect(other.code).toBe(2);
    expect(other.faults).toMatchObject([{ code: 'LOGS_DIFFER', at: 'unpacked' }]);
    expect(other.faults[0]?.found).toMatch(/^16 files, /);
  });

  it.each<[string, (place: Workplace) => unknown, number, string]>([
    ['what is no archive', (place) => place.write('l', 'x'), 2, 'ARCHIVE_UNREADABLE l'],
    [
      'a directory with a link',
      (place) => {
        mkdirSync(place.path('l/logs'), { recursive: true });
        symlinkSync('/etc/passwd', place.path('l/logs/deployment'));
      },
      2,
      'ARCHIVE_UNSAFE logs/deployment',
    ],
    ['an empty directory', (place) => mkdirSync(place.path('l')), 2, 'LOGS_DIFFER l'],
  ])('%s is not taken for them', async (_, make, exit, fault) => {
    const place = new Workplace();
    await place.validate(WITH_LOGS, { env: EPOCH });
    make(place);
    const { code, faults } = await verify(place, '--logs', 'l');
    expect([code, faults.map((each) => `${each.code} ${each.at}`)]).toEqual([exit, [fault]]);
  });

  it('are compared with those that are in the bundle if nothing is redacted, and a bundle is no logs', async () => {
    const place = new Workplace();
    await place.validate([...INPUTS, ...UNSIGNED, '--redact', 'none', '--logs', 'logs'], {
      env: EPOCH,
    });
    const same = await verify(place, '--logs', 'logs');
    expect([same.code, same.report.checks.at(-1)]).toMatchObject([
      0,
      { name: 'logs-match-statement', expected: 'the logs that are in the bundle' },
    ]);
    const bundle = await verify(place, '--logs', OUT);
    expect([bundle.code, bundle.faults]).toMatchObject([
      2,
      [{ code: 'LOGS_DIFFER', at: OUT, found: 'a bundle of evidence, and no logs' }],
    ]);
    place.write('logs/deployment/x.log', 'one more');
    const other = await verify(place, '--logs', 'logs');
    expect([other.code, other.faults]).toMatchObject([2, [{ code: 'LOGS_DIFFER', at: 'logs' }]]);
  });

  it('are not taken for those of evidence that names none, and must be there to be opened', async () => {
    const place = new Workplace();
    await place.validate(WITH_LOGS, { env: EPOCH });
    const nowhere = await place.run(['verify-evidence', OUT, '--logs', 'nowhere']);
    expect([nowhere.code, nowhere.stderr]).toEqual([3, expect.stringContaining('FILE_UNREADABLE')]);
    renameSync(place.path(LOGS), place.path('old.tar.gz'));
    await place.validate([...MINIMAL, '--force'], { env: EPOCH });
    const { code, faults } = await verify(place, '--logs', 'old.tar.gz');
    expect([code, faults.map(({ code: each, at }) => `${each} ${at}`)]).toEqual([
      2,
      ['LOGS_DIFFER old.tar.gz'],
    ]);
    expect(faults[0]?.expected).toContain('none');
  });

  it('are the same bytes each time, whatever the bundle is called', async () => {
    const place = new Workplace();
    const of = async (words: readonly string[]): Promise<readonly unknown[]> => {
      await place.validate(words, { env: EPOCH });
      const { predicate } = json((await place.files()).get('statement.intoto.json')) as {
        predicate: { affidavit: { logs: unknown } };
      };
      return [readFileSync(place.path(LOGS)).toString('base64'), predicate.affidavit.logs];
    };
    expect(await of([...WITH_LOGS, '--force'])).toEqual(await of([...WITH_LOGS, '--force']));
  });

  it('are named for the signed bundle too, with the command that compares them, while they are there', async () => {
    const place = new Workplace();
    await place.validate(WITH_LOGS, { env: EPOCH });
    const sign = async (out: string) =>
      await place.run(['evidence', 'sign', OUT, '--sandbox', '--emit-evidence', out]);
    const { stderr } = await sign('signed.tar.gz');
    const [, words = ''] = /^ *logs: affidavit (.*)$/m.exec(stderr) ?? [];
    const compared = await place.run([...words.split(' '), '--format', 'json']);
    const { checks } = JSON.parse(compared.stdout) as ReportJson;
    expect([compared.code, checks.at(-1)]).toMatchObject([
      0,
      { name: 'logs-match-statement', outcome: 'passed' },
    ]);
    renameSync(place.path(LOGS), place.path('moved'));
    expect((await sign('again.tar.gz')).stderr).not.toMatch(/^ *logs:/m);
  });

  it('never replace a file without --force, nor what is read', async () => {
    const place = new Workplace();
    place.write(LOGS, 'precious');
    const taken = await place.refused(WITH_LOGS);
    expect([taken.code, taken.error.code, taken.error.at]).toEqual([3, 'OUTPUT_EXISTS', LOGS]);
    expect(readFileSync(place.path(LOGS), 'utf8')).toBe('precious');
    const twice = await place.refused([...WITH_LOGS, '--force', '--output', LOGS]);
    expect([twice.code, twice.error.at]).toEqual([64, '--output']);
    const asInput = ['--bom', LOGS, ...WITH_LOGS, '--force'];
    const over = await place.refused(asInput);
    expect([over.code, over.error.at]).toEqual([64, '--emit-evidence']);
    expect(readFileSync(place.path(LOGS), 'utf8')).toBe('precious');
  });

  it.each([
    ['another digest', { digest: `sha256:${'0'.repeat(64)}` }, 2, 'LOGS_DIFFER'],
    ['another count', { fileCount: 14 }, 2, 'LOGS_DIFFER'],
  ])('%s in the statement is not theirs', async (_, change, exit, fault) => {
    const place = await unpackedWith(change);
    const run = await place.run([
      ...['verify-evidence', 'bundle', '--allow-unsigned', '--logs', LOGS, '--format', 'json'],
    ]);
    const report = JSON.parse(run.stdout) as ReportJson;
    expect(run.code).toBe(exit);
    expect(report.checks.at(-1)?.faults).toMatchObject([{ code: fault, at: LOGS }]);
  });

  it.each([
    [{ digest: 'sha1:00' }, 'FIELD_INVALID', '/predicate/affidavit/logs/digest'],
    [{ fileCount: 0 }, 'FIELD_INVALID', '/predicate/affidavit/logs/fileCount'],
    [{ more: 1 }, 'FIELD_UNKNOWN', '/predicate/affidavit/logs/more'],
  ])('%j in the statement is refused', async (change, fault, pointer) => {
    const place = await unpackedWith(change);
    const run = await place.run([
      ...['verify-evidence', 'bundle', '--allow-unsigned', '--format', 'json'],
    ]);
    const report = JSON.parse(run.stdout) as ReportJson;
    const faults = report.checks.flatMap((check) => check.faults);
    expect(faults.filter(({ code }) => code !== 'UNSIGNED')).toMatchObject([
      { code: fault, at: inStatement(pointer) },
    ]);
    expect(run.code).toBe(2);
  });
});
