// Many bundles in one call: each verdict is that of the bundle alone, and none of them hides another.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { digestOfHex } from '../../src/digest.ts';
import { junitComplaints, sarifComplaints } from '../report/report-schemas.ts';
import { PROGRAM, ROOT, runCli } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { ATTESTATION, archiveOf, makeEvidence, withFile } from './evidence.ts';

interface Report {
  readonly exitCode: number;
  readonly verdict?: string;
  readonly source?: string;
  readonly error?: { readonly code: string; readonly at: string | null };
  readonly repeat?: readonly string[];
}

interface Batch {
  readonly reports: readonly Report[];
  readonly exitCode: number;
  readonly summary: {
    readonly bundles: number;
    readonly outcomes: Readonly<Record<string, number>>;
    readonly notVerified: readonly {
      readonly outcome: string;
      readonly codes: readonly string[];
      readonly copies: number;
      readonly paths: readonly string[];
    }[];
    readonly inputs: { readonly count: number; readonly digest: string };
    readonly passedOver?: { readonly count: number; readonly paths: readonly string[] };
    readonly stopped?: string;
    readonly rules?: object;
    readonly recipes: readonly unknown[];
    readonly signers: readonly unknown[];
  };
}

interface Sarif {
  readonly runs: readonly {
    readonly results: readonly { readonly ruleId: string }[];
    readonly invocations: readonly object[];
  }[];
}

const evidence = await makeEvidence();
const good = await archiveOf(evidence.files);
const unsigned = await archiveOf(withFile(evidence.files, ATTESTATION));

/** A folder with good.tar.gz, deep/b.tar.gz, a bundle as a directory, one that is unsigned and one that is cut. */
function folderOfMany(name: string): string {
  const folder = join(evidence.folder, name);
  mkdirSync(join(folder, 'deep/dir'), { recursive: true });
  writeFileSync(join(folder, 'a.tar.gz'), good);
  writeFileSync(join(folder, 'deep/b.tar.gz'), good);
  for (const [path, content] of evidence.files) {
    const file = join(folder, 'deep/dir', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  }
  writeFileSync(join(folder, 'unsigned.tar.gz'), unsigned);
  writeFileSync(join(folder, 'z.tar.gz'), good.subarray(0, 1000));
  return folder;
}

const folder = folderOfMany('many');

async function verifyMany(
  words: readonly string[],
  cwd = evidence.folder,
): Promise<{ readonly code: number | null; readonly batch: Batch; readonly stdout: string }> {
  const argv = ['verify-evidence', ...words, ...evidence.pin, '--jobs', '1', '--format', 'json'];
  const { code, stdout } = await runProgram(argv, { cwd });
  const batch = JSON.parse(stdout) as Batch;
  requireSchema(batch);
  expect(code).toBe(batch.exitCode);
  return { code, batch, stdout };
}

const validateBatch = (() => {
  const lenient = { strictRequired: false, strictTypes: false, strictTuples: false };
  const ajv = new Ajv2020({ ...lenient, allErrors: true });
  ajv.addSchema(schemaOf('report'));
  return ajv.compile(schemaOf('batch-report'));
})();

function schemaOf(name: string): object {
  return JSON.parse(readFileSync(join(ROOT, `schemas/${name}.schema.json`), 'utf8')) as object;
}

function requireSchema(batch: Batch): void {
  if (!validateBatch(batch)) throw new Error(JSON.stringify(validateBatch.errors, null, 2));
}

function sourcesOf({ reports }: Batch): readonly unknown[] {
  return reports.map(({ source, exitCode }) => `${String(source)} ${exitCode}`);
}

describe('a directory around bundles', () => {
  it('is judged bundle by bundle, in the order of names, with the worst exit code', async () => {
    const { code, batch } = await verifyMany(['many']);
    expect(code).toBe(2);
    expect(sourcesOf(batch)).toEqual([
      'many/a.tar.gz 0',
      'many/deep/b.tar.gz 0',
      'many/deep/dir 0',
      'many/unsigned.tar.gz 4',
      'many/z.tar.gz 2',
    ]);
    const { summary } = batch;
    expect(summary.outcomes).toEqual({ verified: 3, undecided: 1, invalid: 1 });
    expect(summary.notVerified.map(({ codes, paths }) => [codes[0], paths])).toEqual([
      ['UNSIGNED', ['many/unsigned.tar.gz']],
      ['ARCHIVE_UNREADABLE', ['many/z.tar.gz']],
    ]);
    expect(summary.signers).toHaveLength(1);
  });

  it('has the report of each as it is alone, with the command that repeats it', async () => {
    const { batch } = await verifyMany(['many']);
    const alone = ['verify-evidence', 'many/a.tar.gz', ...evidence.pin];
    const { stdout } = await runProgram([...alone, '--format', 'json'], { cwd: evidence.folder });
    expect(batch.reports[0]).toEqual(JSON.parse(stdout));
    expect(batch.reports[0]?.repeat).toEqual(['affidavit', ...alone]);
  });

  it('says what is passed over: links, logs beside a bundle and other files', async () => {
    const place = join(evidence.folder, 'beside');
    mkdirSync(place);
    writeFileSync(join(place, 'a.tar.gz'), good);
    writeFileSync(join(place, 'a.tar.gz.logs.tar.gz'), good);
    writeFileSync(join(place, 'b.logs.tar.gz'), good);
    writeFileSync(join(place, 'README.md'), '');
    symlinkSync('a.tar.gz', join(place, 'l.tar.gz'));
    const { code, batch } = await verifyMany(['beside']);
    expect(sourcesOf(batch)).toEqual(['beside/a.tar.gz 0', 'beside/b.logs.tar.gz 0']);
    expect(batch.summary.passedOver).toEqual({
      count: 3,
      paths: ['beside/README.md', 'beside/a.tar.gz.logs.tar.gz', 'beside/l.tar.gz'],
    });
    expect(code).toBe(0);
  });

  it('with a FIFO and a socket says so of them, and judges the rest', async () => {
    const place = join(evidence.folder, 'odd');
    mkdirSync(place);
    writeFileSync(join(place, 'a.tar.gz'), good);
    execFileSync('mkfifo', [join(place, 'pipe')]);
    const socket = createServer().listen(join(place, 'socket'));
    await once(socket, 'listening');
    const { code, batch } = await verifyMany(['odd']);
    socket.close();
    expect(code).toBe(3);
    expect(batch.reports.map(({ exitCode, error }) => error?.code ?? exitCode)).toEqual([
      0,
      'FILE_UNREADABLE',
      'FILE_UNREADABLE',
    ]);
    expect(batch.reports[1]).toMatchObject({
      exitCode: 3,
      source: 'odd/pipe',
      error: { code: 'FILE_UNREADABLE', at: 'odd/pipe', found: 'a FIFO' },
    });
  });

  it('without any is judged as one: 2, with the report of one', async () => {
    mkdirSync(join(evidence.folder, 'empty/deeper'), { recursive: true });
    const argv = ['verify-evidence', 'empty', ...evidence.pin, '--format', 'json'];
    const { code, stdout } = await runProgram(argv, { cwd: evidence.folder });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'invalid' });
  });
});

/** A folder with the evidence as aicr lays it out, and then what a test puts beside it. */
function folderAround(name: string): string {
  const place = join(evidence.folder, name);
  for (const [path, content] of evidence.files) {
    const file = join(place, 'summary-bundle', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  }
  return place;
}

async function verifyOne(name: string): Promise<Report> {
  const argv = ['verify-evidence', name, ...evidence.pin, '--format', 'json'];
  const { code, stdout } = await runProgram(argv, { cwd: evidence.folder });
  const report = JSON.parse(stdout) as Report;
  expect(report).not.toHaveProperty('reports');
  expect(code).toBe(report.exitCode);
  return report;
}

const cut = good.subarray(0, 1000);

describe('a directory around one bundle, as aicr writes it', () => {
  it('is that bundle, also beside a pointer and files that are no archives', async () => {
    const place = folderAround('one');
    writeFileSync(join(place, 'pointer.yaml'), 'schemaVersion: 1.0.0\n');
    writeFileSync(join(place, 'README.md'), '');
    expect(await verifyOne('one')).toMatchObject({ verdict: 'verified', source: 'one' });
  });

  it.each<readonly [what: string, put: (place: string) => void, said: readonly string[]]>([
    ['an archive', (place) => writeFileSync(join(place, 'bad.tar.gz'), cut), ['bad.tar.gz 2']],
    [
      'an archive further down',
      (place) => {
        mkdirSync(join(place, 'a/b'), { recursive: true });
        writeFileSync(join(place, 'a/b/bad.tar.gz'), cut);
      },
      ['a/b/bad.tar.gz 2'],
    ],
    [
      'another bundle',
      (place) => {
        mkdirSync(join(place, 'bad'));
        writeFileSync(join(place, 'bad/statement.intoto.json'), '{}');
      },
      ['bad 2'],
    ],
    ['a FIFO', (place) => execFileSync('mkfifo', [join(place, 'bad')]), ['bad 3']],
    ['an archive of another name', (place) => writeFileSync(join(place, 'x'), good), []],
    ['a link', (place) => symlinkSync('summary-bundle', join(place, 'x')), []],
    ['a layout', (place) => layoutIn(join(place, 'x')), []],
  ])('hides nothing beside it: %s', async (what, put, said) => {
    const name = `around ${what}`;
    put(folderAround(name));
    const { batch } = await verifyMany([name]);
    expect(sourcesOf(batch)).toEqual(
      [...said, 'summary-bundle 0'].map((each) => `${name}/${each}`).toSorted(),
    );
    const passedOver = said.length === 0 ? { count: 1, paths: [`${name}/x`] } : undefined;
    expect(batch.summary.passedOver).toEqual(passedOver);
  });

  it('hides nothing in a directory of many either', async () => {
    const place = folderAround('deep around/one');
    writeFileSync(join(place, 'bad.tar.gz'), cut);
    folderAround('deep around/two');
    const { code, batch } = await verifyMany(['deep around']);
    expect(code).toBe(2);
    expect(sourcesOf(batch)).toEqual([
      'deep around/one/bad.tar.gz 2',
      'deep around/one/summary-bundle 0',
      'deep around/two 0',
    ]);
  });

  it.each(['manifest.json', 'statement.intoto.json'])(
    'is one bundle with %s in it, that the other is too much in',
    async (name) => {
      const place = folderAround(`marked ${name}`);
      writeFileSync(join(place, name), '{}');
      writeFileSync(join(place, 'bad.tar.gz'), cut);
      const report = await verifyOne(`marked ${name}`);
      expect(report).toMatchObject({ exitCode: 2, verdict: 'invalid' });
    },
  );
});

/** Looks like an OCI image layout without any artifact. */
function layoutIn(place: string): void {
  const hex = '0'.repeat(64);
  mkdirSync(join(place, 'blobs/sha256'), { recursive: true });
  writeFileSync(join(place, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(place, 'index.json'), '{"schemaVersion":2,"manifests":[]}');
  writeFileSync(join(place, `blobs/sha256/${hex}`), good);
}

/** A bundle with one byte more in its recipe. */
function tamperedIn(place: string): void {
  mkdirSync(place, { recursive: true });
  cpSync(join(evidence.folder, 'many/deep/dir'), place, { recursive: true });
  appendFileSync(join(place, 'recipe.yaml'), '\n');
}

describe('a file oci-layout', () => {
  it('takes no folder out: what is no part of a layout is judged', async () => {
    const place = join(evidence.folder, 'laid');
    layoutIn(join(place, 'd'));
    writeFileSync(join(place, 'd/a.tar.gz'), good);
    writeFileSync(join(place, 'd/blobs/sha256/bad.tar.gz'), cut);
    writeFileSync(join(place, 'd/blobs/sha256/notes.txt'), '');
    const { batch } = await verifyMany(['laid']);
    expect(sourcesOf(batch)).toEqual(['laid/d/a.tar.gz 0', 'laid/d/blobs/sha256/bad.tar.gz 2']);
    expect(batch.summary.passedOver).toEqual({
      count: 2,
      paths: ['laid/d', 'laid/d/blobs/sha256/notes.txt'],
    });
  });

  it('that is empty takes none out either, and is said of the folder that was named', async () => {
    const place = join(evidence.folder, 'emptied');
    mkdirSync(place);
    writeFileSync(join(place, 'oci-layout'), '');
    writeFileSync(join(place, 'a.tar.gz'), good);
    writeFileSync(join(place, 'bad.tar.gz'), cut);
    const { code, batch } = await verifyMany(['emptied']);
    expect(code).toBe(2);
    expect(sourcesOf(batch)).toEqual(['emptied 3', 'emptied/a.tar.gz 0', 'emptied/bad.tar.gz 2']);
  });

  it.each(['blobs', 'blobs/bad', 'blobs/sha256', 'blobs/sha512', 'other'])(
    'hides no bundle in the layout that was named: %s',
    async (hidden) => {
      const name = `named ${hidden.replace('/', ' ')}`;
      const place = join(evidence.folder, name);
      layoutIn(place);
      tamperedIn(join(place, hidden));
      const { code, batch } = await verifyMany([name]);
      expect([code, ...sourcesOf(batch)]).toEqual([2, `${name} 64`, `${name}/${hidden} 2`]);
    },
  );

  it.each([
    ['an empty file', (path: string) => writeFileSync(path, '')],
    ['a dangling link', (path: string) => symlinkSync('nowhere', path)],
    ['a directory', (path: string) => mkdirSync(path)],
  ])('takes no bundle out as %s', async (what, put) => {
    const name = `beside ${what}`;
    const place = join(evidence.folder, name);
    for (const hidden of ['E/blobs/bad', 'F/blobs']) {
      tamperedIn(join(place, hidden));
      put(join(place, hidden[0] ?? '', 'oci-layout'));
    }
    writeFileSync(join(place, 'good.tar.gz'), good);
    const { code, batch } = await verifyMany([name]);
    const sources = [`${name}/E/blobs/bad 2`, `${name}/F/blobs 2`, `${name}/good.tar.gz 0`];
    expect([code, ...sourcesOf(batch)]).toEqual([2, ...sources]);
  });

  it.each(['other/B.TGZ', 'notes.txt', 'blobs/sha256/notes', 'blobs/sha512/B.TGZ'])(
    'passes over nothing that it does not name, though nothing else is judged: %s',
    async (file) => {
      const name = `alone ${file.replaceAll('/', ' ')}`;
      const place = join(evidence.folder, name);
      layoutIn(place);
      mkdirSync(join(place, file, '..'), { recursive: true });
      writeFileSync(join(place, file), cut);
      const { batch } = await verifyMany([name]);
      expect(sourcesOf(batch)).toEqual([`${name} 64`]);
      expect(batch.summary.passedOver).toEqual({ count: 1, paths: [`${name}/${file}`] });
    },
  );

  it('in a bundle is one file too many in it', async () => {
    const place = folderAround('mixed');
    writeFileSync(join(place, 'summary-bundle/oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const report = await verifyOne('mixed/summary-bundle');
    expect(report).toMatchObject({ exitCode: 2, verdict: 'invalid' });
    expect(JSON.stringify(report)).toContain('"at":"oci-layout"');
  });
});

/** What became of each: its path, and its exit code or the code of its error. */
function outcomesOf({ reports }: Batch): readonly unknown[] {
  return reports.map(({ source, exitCode, error }) => `${source} ${error?.code ?? exitCode}`);
}

/** A file whose name has these characters as bytes. */
function writeRaw(path: string, name: string, content: string): void {
  const place = Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name, 'latin1')]);
  writeFileSync(place, content);
}

describe('a name that is not UTF-8', () => {
  const place = join(evidence.folder, 'raw');
  mkdirSync(join(place, 'u\u{FFFD}'), { recursive: true });
  writeFileSync(join(place, 'a\u{FFFD}.tar.gz'), good);
  writeFileSync(join(place, 'u\u{FFFD}/b.tar.gz'), good);
  writeRaw(place, 'a\u00FF.tar.gz', 'junk');
  mkdirSync(Buffer.concat([Buffer.from(`${place}/u`), Buffer.from([0xff])]));

  it('in a directory costs its own verdict, and is not taken for the file that Node would read', async () => {
    const { code, batch } = await verifyMany(['raw']);
    expect(code).toBe(3);
    expect(outcomesOf(batch)).toEqual([
      'raw/a\u{FFFD}.tar.gz 0',
      'raw/a\\xff.tar.gz FILE_UNREADABLE',
      'raw/u\u{FFFD}/b.tar.gz 0',
      'raw/u\\xff FILE_UNREADABLE',
    ]);
  });

  it('in a list costs its own verdict too', async () => {
    const lines = ['raw/a\u00FF.tar.gz', 'many/a.tar.gz', 'a\0b'].join('\n');
    writeFileSync(join(evidence.folder, 'raw.txt'), Buffer.from(lines, 'latin1'));
    const { code, batch } = await verifyMany(['--from', 'raw.txt']);
    expect(code).toBe(3);
    expect(outcomesOf(batch)).toEqual([
      'raw/a\\xff.tar.gz FILE_UNREADABLE',
      'many/a.tar.gz 0',
      'a\\x00b FILE_UNREADABLE',
    ]);
  });
});

describe('a pattern', () => {
  it('goes past no name that is not UTF-8, and takes none for its twin', async () => {
    const { code, batch } = await verifyMany(['raw/*.tar.gz', 'raw/*/b.tar.gz']);
    expect(code).toBe(3);
    expect(outcomesOf(batch)).toEqual([
      'raw/a\\xff.tar.gz FILE_UNREADABLE',
      'raw/a\u{FFFD}.tar.gz 0',
      'raw/u\\xff FILE_UNREADABLE',
      'raw/u\u{FFFD}/b.tar.gz 0',
    ]);
    const alone = await verifyMany(['raw/a*']);
    expect(outcomesOf(alone.batch)).toEqual(outcomesOf(batch).slice(0, 2));
  });

  it.each(['raw/a\u{FFFD}.tar.gz', 'raw/u\u{FFFD}/b.tar.gz'])(
    'is not needed for it: %s is refused as an argument, since it may mean another file',
    async (path) => {
      const { code, batch } = await verifyMany([path]);
      expect([code, batch.reports.length]).toEqual([3, 1]);
      expect(batch.reports[0]?.error?.code).toBe('FILE_UNREADABLE');
    },
  );

  it('leaves out names with a dot before them as a shell does, and counts them', async () => {
    const place = join(evidence.folder, 'dots');
    mkdirSync(join(place, '.git/x'), { recursive: true });
    mkdirSync(join(place, 'd'));
    for (const name of ['a.tar.gz', '.b.tar.gz', '.c.txt', 'd/.e.tar.gz', '.git/f.tar.gz']) {
      writeFileSync(join(place, name), good);
    }
    const { code, batch } = await verifyMany(['dots/**/*.tar.gz']);
    expect([code, ...sourcesOf(batch)]).toEqual([0, 'dots/a.tar.gz 0']);
    const paths = ['dots/.b.tar.gz', 'dots/.git', 'dots/d/.e.tar.gz'];
    expect(batch.summary.passedOver?.count).toBe(3);
    expect(batch.summary.passedOver?.paths.toSorted()).toEqual(paths);
    const named = await verifyMany(['dots/.*.tar.gz']);
    expect(sourcesOf(named.batch)).toEqual(['dots/.b.tar.gz 0']);
    expect(named.batch.summary.passedOver).toBeUndefined();
  });

  it.each([
    [`${'{a,b}'.repeat(40)}.tar.gz`, '40 braces'],
    [`${'{a,b}'.repeat(10)}.tar.gz`, '1024 alternatives'],
    ['{1..1001}.tar.gz', '1001 alternatives'],
    [`{${'{a,b,'.repeat(15)}${'}'.repeat(3)}*`, 'alternatives'],
    ['*a*a*a*a*.tar.gz', '5 stars between two slashes'],
    [`${'**/'.repeat(17)}x`, '34 stars'],
    ['+(a|a)*b', 'an extended pattern'],
    [`${'?(a)'.repeat(28)}b`, 'an extended pattern'],
    [`*${'@(a|a)'.repeat(28)}b`, 'an extended pattern'],
    [`*${'!(b)'.repeat(28)}c`, 'an extended pattern'],
    ['{*,x}(a|a)b', 'an extended pattern'],
    ['?{(a),x}b', 'an extended pattern'],
    [`${'x'.repeat(5000)}*`, '5001 bytes'],
  ])('that would take for ever is 64: %s', async (pattern, found) => {
    const argv = ['verify-evidence', 'many/a.tar.gz', pattern, ...evidence.root];
    const { code, stdout, stderr } = await runProgram(argv, { cwd: evidence.folder });
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('at: INPUT\n');
    expect(stderr).toContain(`${found} in the pattern`);
  });

  it('of a shape that people write is matched', async () => {
    const { batch } = await verifyMany([
      '{many,none}/{a,unsigned}*.tar.{gz,zst}',
      'many/[z]*{.gz,}',
    ]);
    expect(sourcesOf(batch)).toEqual([
      'many/a.tar.gz 0',
      'many/unsigned.tar.gz 4',
      'many/z.tar.gz 2',
    ]);
  });
});

describe('a line of a list', () => {
  it('ends at a line feed alone, is no pattern and never standard input', async () => {
    const separated = 'many/a.tar.gz\u{2028}many/deep/b.tar.gz';
    const lines = [separated, 'many/a.tar.gz\rmany/a.tar.gz', 'many/[ab].tar.gz', '-', 'many/deep'];
    writeFileSync(join(evidence.folder, 'literal.txt'), `${lines.join('\n')}\r\n`);
    const { code, batch } = await verifyMany(['--from', 'literal.txt']);
    expect(code).toBe(3);
    const [first = '', second = '', third = ''] = lines;
    expect(outcomesOf(batch)).toEqual([
      ...[first, second, third, './-'].map((path) => `${path} FILE_UNREADABLE`),
      'many/deep/b.tar.gz 0',
      'many/deep/dir 0',
    ]);
  });

  it('that is longer than a path can be costs its own verdict', async () => {
    const long = 'x'.repeat(5_000_000);
    writeFileSync(join(evidence.folder, 'long.txt'), `many/a.tar.gz\n${long}\nmany/deep/b.tar.gz`);
    const { code, batch } = await verifyMany(['--from', 'long.txt']);
    expect(code).toBe(2);
    expect(outcomesOf(batch)).toEqual([
      'many/a.tar.gz 0',
      `${'x'.repeat(200)}… LIMIT_EXCEEDED`,
      'many/deep/b.tar.gz 0',
    ]);
  });
});

describe('several inputs', () => {
  it('are judged each, the same path twice too, and copies are one row', async () => {
    cpSync(join(folder, 'unsigned.tar.gz'), join(evidence.folder, 'copy.tar.gz'));
    const same = ['many/unsigned.tar.gz', 'many/unsigned.tar.gz', 'copy.tar.gz'];
    const { code, batch } = await verifyMany(same);
    expect(code).toBe(4);
    expect(batch.reports).toHaveLength(3);
    expect(batch.summary.notVerified).toMatchObject([{ copies: 3, paths: same }]);
  });

  it('that are missing cost their own verdict', async () => {
    const { code, batch } = await verifyMany(['nowhere.tar.gz', 'many/a.tar.gz']);
    expect(code).toBe(3);
    expect(batch.reports.map(({ exitCode, error }) => error?.code ?? exitCode)).toEqual([
      'FILE_UNREADABLE',
      0,
    ]);
  });

  it('as a pattern are what fits, in order; one that nothing fits is 3', async () => {
    const { code, batch } = await verifyMany(['many/*.tar.gz', 'none/*.tar.gz']);
    expect(code).toBe(2);
    expect(sourcesOf(batch)).toEqual([
      'many/a.tar.gz 0',
      'many/unsigned.tar.gz 4',
      'many/z.tar.gz 2',
      'none/*.tar.gz 3',
    ]);
    const alone = await runProgram(['verify-evidence', 'none/*.tar.gz', ...evidence.pin]);
    expect(alone.code).toBe(3);
  });

  it('stop at the first that is not verified with --fail-fast', async () => {
    const { code, batch } = await verifyMany([
      'many/a.tar.gz',
      'many/z.tar.gz',
      'many/deep',
      '--fail-fast',
    ]);
    expect(code).toBe(2);
    expect(batch.reports).toHaveLength(2);
    expect(batch.summary.stopped).toBe('first-failure');
  });

  it('in shards are the whole list once', async () => {
    const shards = await Promise.all(
      [1, 2, 3].map(async (index) => await verifyMany(['many', '--shard', `${index}/3`])),
    );
    const sources = shards.map(({ batch }) => batch.reports.map(({ source }) => source));
    expect(sources).toEqual([
      ['many/a.tar.gz', 'many/unsigned.tar.gz'],
      ['many/deep/b.tar.gz', 'many/z.tar.gz'],
      ['many/deep/dir'],
    ]);
    expect(new Set(shards.map(({ batch }) => JSON.stringify(batch.summary.inputs))).size).toBe(1);
  });
});

describe('a call that cannot be meant', () => {
  it.each([
    [['a', 'b', '--bundle', 'c'], '--bundle'],
    [['a', 'b', '--logs', 'c'], '--logs'],
    [['a', '-'], 'INPUT'],
    [['a', '--shard', '0/0'], '--shard'],
    [['a', '--shard', '5/4'], '--shard'],
    [['many', '--format', 'aicr-json'], '--format'],
    [['many', 'x', '--output', 'many/a.tar.gz'], '--output'],
  ])('%j is 64', async (words, at) => {
    const argv = ['verify-evidence', ...words, ...evidence.root];
    const { code, stderr } = await runProgram(argv, { cwd: evidence.folder });
    expect(code).toBe(64);
    expect(stderr).toContain(`at: ${at}\n`);
  });

  it('with an empty list is 64', async () => {
    writeFileSync(join(evidence.folder, 'empty.txt'), '\n\n');
    const argv = ['verify-evidence', '--from', 'empty.txt', ...evidence.root];
    const { code, stderr } = await runProgram(argv, { cwd: evidence.folder });
    expect(code).toBe(64);
    expect(stderr).toContain('to verify nothing proves nothing');
  });

  it('with a report that would replace one of the list is 64, and replaces nothing', async () => {
    writeFileSync(join(evidence.folder, 'own.txt'), 'many/a.tar.gz\n');
    const words = ['--from', 'own.txt', '--format', 'json=many/a.tar.gz', '--jobs', '1'];
    const argv = ['verify-evidence', ...words, ...evidence.pin];
    const { code } = await runProgram(argv, { cwd: evidence.folder });
    expect(code).toBe(64);
    expect(readFileSync(join(folder, 'a.tar.gz'))).toEqual(good);
  });
});

describe('the reports', () => {
  it('are several at once; one that has no place keeps no other from its own', async () => {
    const words = [
      'many',
      '-f',
      'jsonl',
      '-f',
      'json=all.json',
      '-f',
      'markdown=none/x.md',
      '--jobs',
      '1',
    ];
    const argv = ['verify-evidence', ...words, ...evidence.pin];
    const { code, stdout, stderr } = await runProgram(argv, { cwd: evidence.folder });
    expect(code).toBe(3);
    expect(stderr).toContain('FILE_UNWRITABLE');
    const lines = stdout.trimEnd().split('\n');
    const all = JSON.parse(readFileSync(join(evidence.folder, 'all.json'), 'utf8')) as Batch;
    requireSchema(all);
    expect(lines.map((line) => JSON.parse(line) as Report)).toEqual(all.reports);
    expect(all.exitCode).toBe(2);
  });

  it('in JUnit have a suite for each, and in SARIF one run; the third of four on a full disk costs no other', async () => {
    const forms = ['json=4.json', 'junit=4.xml', 'sarif=/dev/full', 'sarif=4.sarif'];
    const words = forms.flatMap((form) => ['--format', form]);
    const argv = ['verify-evidence', 'many', 'nowhere', ...evidence.pin, '--jobs', '1', ...words];
    const { code, stderr } = await runProgram(argv, { cwd: evidence.folder });
    expect([code, / at: (\S+)/.exec(stderr)?.[1]]).toEqual([3, '/dev/full']);
    const [json = '', xml = '', sarif = ''] = ['4.json', '4.xml', '4.sarif'].map((name) =>
      readFileSync(join(evidence.folder, name), 'utf8'),
    );
    expect([...junitComplaints(xml), ...sarifComplaints(sarif)]).toEqual([]);
    const all = JSON.parse(json) as Batch;
    expect(all.reports).toHaveLength(6);
    const suites = [
      ...xml.matchAll(/<testsuite name="([^"]*)".* failures="(\d+)" errors="(\d+)"/g),
    ];
    expect(suites.map(([, name]) => name)).toEqual(all.reports.map(({ source }) => source));
    // A sandbox signed them.
    expect(suites.every(([, , failures, errors]) => Number(failures) + Number(errors) > 0)).toBe(
      true,
    );
    const { runs } = JSON.parse(sarif) as Sarif;
    const rules = runs.flatMap(({ results }) => results.map(({ ruleId }) => ruleId));
    expect(new Set(rules)).toEqual(
      new Set(['SANDBOX', 'UNSIGNED', 'ARCHIVE_UNREADABLE', 'FILE_UNREADABLE']),
    );
    expect(runs[0]?.invocations[0]).toMatchObject({ exitCode: 2, executionSuccessful: false });
  });

  it('in Markdown and on a terminal show only what is not verified', async () => {
    const argv = ['verify-evidence', 'many', ...evidence.pin, '--jobs', '1', '--format'];
    const options = { cwd: evidence.folder };
    for (const format of ['markdown', 'terminal']) {
      const { stdout } = await runProgram([...argv, format], options);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
        '5 bundles: none verified, 3 green of a sandbox, 1 undecided, 1 invalid (exit 2)',
      );
      expect(stdout).toMatch(/ARCHIVE_UNREADABLE`? in 1 bundle: /);
      expect(stdout).toContain('many/z.tar.gz');
      expect(stdout).not.toContain('many/deep/b.tar.gz');
      // How many ended how, by recipe and signer, and then only what is not verified.
      const order = ['5 bundles', 'By recipe', 'By signer', 'By problem', 'Not verified'];
      const places = order.map((words) => stdout.indexOf(words));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places).not.toContain(-1);
      expect(stdout).not.toContain('✅');
    }
  });

  it('in HTML show each, the worst first, and say how many more there are', async () => {
    const argv = ['verify-evidence', 'many', ...evidence.pin, '--jobs', '1', '--format', 'html'];
    const { code, stdout } = await runProgram(argv, { cwd: evidence.folder });
    expect(code).toBe(2);
    expect(stdout).toContain(
      '5 bundles: none verified, 3 green of a sandbox, 1 undecided, 1 invalid',
    );
    expect(stdout.match(/<article/g)).toHaveLength(5);
    const bare = stdout.replaceAll('<wbr>', '');
    const places = ['many/z.tar.gz', 'many/deep/b.tar.gz'].map((path) => bare.indexOf(path));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });
});

describe('threads', () => {
  it('give the same bytes as one process, from a list in standard input', async () => {
    const words = ['verify-evidence', '--from', '-', ...evidence.pin, '--format', 'jsonl'];
    const stdin = `${['many', 'nowhere', 'many/a.tar.gz'].join('\r\n')}\n`;
    const options = { cwd: evidence.folder, stdin };
    const [one, two] = await Promise.all(
      ['1', '2'].map(async (jobs) => await runCli([...words, '--jobs', jobs], options)),
    );
    expect(two?.code).toBe(2);
    expect(two?.stdout).toBe(one?.stdout);
    expect(two?.stdout.split('\n')).toHaveLength(8);
  });
});

describe('report merge', () => {
  /** Three shards, made once; a test changes one thing of one. */
  const shards = onceMade(async () => {
    const files = ['1', '2', '3'].map((index) => join(evidence.folder, `shard-${index}.json`));
    for (const [index, file] of files.entries()) {
      const { stdout } = await verifyMany(['many', '--shard', `${index + 1}/3`]);
      writeFileSync(file, stdout);
    }
    return files;
  });

  async function mergeOf(files: readonly string[], ...words: readonly string[]) {
    return await runProgram(['report', 'merge', ...files, ...words]);
  }

  /** The first shard with one text replaced. */
  async function changedShard(from: string | RegExp, to: string): Promise<readonly string[]> {
    const [first = '', ...others] = await shards();
    const text = readFileSync(first, 'utf8');
    const other = text.replace(from, to);
    expect(other).not.toBe(text);
    const file = join(evidence.folder, 'changed.json');
    writeFileSync(file, other);
    return [file, ...others];
  }

  it('makes the report of the whole, in the order of the inputs, and ends with the worst', async () => {
    const files = await shards();
    const { code, stdout } = await mergeOf(files.toReversed(), '--format', 'json');
    const merged = JSON.parse(stdout) as Batch;
    requireSchema(merged);
    const { batch } = await verifyMany(['many']);
    expect(code).toBe(2);
    const flagged = (report: Report): object => ({ ...report, repeat: undefined });
    expect(merged.reports.map(flagged)).toEqual(batch.reports.map(flagged));
    expect(merged.summary).toEqual({ ...batch.summary, mergedFrom: 3 });
  });

  it('says that nothing was verified, and has no tick', async () => {
    for (const format of ['markdown', 'terminal']) {
      const { stdout } = await mergeOf(await shards(), '--format', format);
      expect(stdout).toMatch(/^from a stored report; nothing was verified here/);
      expect(stdout).toContain('Recorded: 5 bundles: none verified, 3 green of a sandbox, 1');
      expect(stdout).not.toMatch(/[✅✓]/u);
    }
  });

  it('says so in HTML too, of all of them and of each', async () => {
    const { stdout } = await mergeOf(await shards(), '--format', 'html');
    const whole = join(evidence.folder, 'merged.json');
    writeFileSync(whole, (await mergeOf(await shards(), '--format', 'json')).stdout);
    const again = await runProgram(['report', whole, '--format', 'html']);
    expect(again.code).toBe(0);
    for (const page of [stdout, again.stdout]) {
      expect(page).toContain('<p class="stored">from a stored report; nothing was verified here');
      expect(page).toContain('Recorded: 5 bundles: none verified, 3 green of a sandbox, 1');
      expect(
        page.match(
          /<h3[^>]*><code>(?:[^<]|<wbr>)*<\/code><\/h3>\s*<p><span class="said (?!good)[^>]*>.*?Recorded: /gs,
        ),
      ).toHaveLength(5);
      expect(page).not.toMatch(/[✅✓]/u);
    }
  });

  it('is one batch of one report too', async () => {
    const file = join(evidence.folder, 'whole.json');
    writeFileSync(file, (await verifyMany(['many'])).stdout);
    expect((await mergeOf([file])).code).toBe(2);
  });

  it.each<[string, (files: readonly string[]) => readonly string[], string]>([
    ['missing', ([a = '', b = '']) => [a, b], 'no report of shard 3 of 3'],
    ['doubled', ([a = '', b = '', c = '']) => [a, b, c, b], '2 reports of shard 2 of 3'],
  ])('with a shard that is %s is 3', async (_, choose, found) => {
    const { code, stderr } = await mergeOf(choose(await shards()));
    expect(code).toBe(3);
    expect(stderr).toContain('error: SHARDS_DIFFER');
    expect(stderr).toContain(found);
  });

  it.each([
    [
      'tool version',
      /"version":"[^"]*"/g,
      '"version":"0.0.9"',
      'SHARDS_DIFFER',
      'version of the tool',
    ],
    ['list', /("inputs":\{"count":5,"digest":"sha256:)./, '$1x', 'REPORT_INVALID', 'pattern'],
    [
      'number of inputs',
      '"inputs":{"count":5',
      '"inputs":{"count":6',
      'SHARDS_DIFFER',
      'list of inputs',
    ],
    [
      'count of shards',
      '"shard":{"index":1,"count":3}',
      '"shard":{"index":1,"count":4}',
      'SHARDS_DIFFER',
      'number of shards',
    ],
    ['what is unproven', /"unproven":\{[^}]+\}/, '"unproven":{}', 'REPORT_INVALID', 'do not fit'],
    [
      'what to do next',
      /("problems":\[\{"code":"[^"]*","bundles":\d+,"next":")/,
      '$1all is well: ',
      'REPORT_INVALID',
      'do not fit',
    ],
    [
      'sandbox of the root',
      /("summary":.*"root":\{[^}]*"sandbox":)true/,
      '$1false',
      'REPORT_INVALID',
      'do not fit',
    ],
    [
      'sandbox of all',
      /("summary":.*"notListed":.*?"sandbox":)true/,
      '$1false',
      'REPORT_INVALID',
      'do not fit',
    ],
    ['signer', /("summary":.*"signers":\[\{"name":")/, '$1not ', 'REPORT_INVALID', 'do not fit'],
    [
      'name of an input',
      '"source":"many/a.tar.gz"',
      '"source":"many/b.tar.gz"',
      'REPORT_INVALID',
      'reports of the inputs sha256:',
    ],
    [
      'report, which names no input',
      '"source":"many/a.tar.gz",',
      '',
      'REPORT_INVALID',
      'reports of the inputs sha256:',
    ],
    [
      'row of what is not verified',
      /"notVerified":\[\{.*?\}\],"notListed"/,
      '"notVerified":[],"notListed"',
      'REPORT_INVALID',
      'do not fit',
    ],
    [
      'end: it was interrupted',
      '"shard":{"index":1,"count":3}',
      '"shard":{"index":1,"count":3},"stopped":"interrupted"',
      'SHARDS_DIFFER',
      'a shard that was interrupted',
    ],
    ['shard', '"shard":{"index":1,', '"shard":{"index":4,', 'REPORT_INVALID', 'do not fit'],
    [
      'verdict of one',
      '"verdict":"undecided","exitCode":4',
      '"verdict":"verified","exitCode":0',
      'REPORT_INVALID',
      'do not fit',
    ],
    [
      'exit code',
      /"exitCode":4,("repeat":\[[^\]]*\]\}\n)$/,
      '"exitCode":0,$1',
      'REPORT_INVALID',
      'do not fit',
    ],
    [
      'root in one',
      /("root":\{"source":"[^"]*","digest":"sha256:)[0-9a-f]{8}/,
      '$100000000',
      'REPORT_INVALID',
      'do not fit',
    ],
    [
      'schema version',
      '{"schemaVersion":"1.0.0","tool"',
      '{"schemaVersion":"9.0.0","tool"',
      'REPORT_VERSION_UNKNOWN',
      '9.0.0',
    ],
    [
      'check of one that is verified',
      '"outcome":"passed"',
      '"outcome":"failed"',
      'REPORT_INVALID',
      'one of the allowed values',
    ],
    [
      'phase of one that is verified',
      /"state":"green"(?=,"tests")/,
      '"state":"red"',
      'REPORT_INVALID',
      'NOT be valid',
    ],
    ['field of one', '"pinned":true', '"pinned":1', 'REPORT_INVALID', 'must be boolean'],
    ['end', /\n\],.*/s, '\n', 'REPORT_INVALID', 'whole report of many'],
  ])('with another %s is 3', async (...[, from, to, code, found]) => {
    const run = await mergeOf(await changedShard(from, to));
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`error: ${code}`);
    expect(run.stderr).toContain(found);
    expect(run.stdout).toBe('');
  });

  it('of other inputs than the digest of the list is 3, also of one report', async () => {
    const zero = `"digest":"sha256:${'0'.repeat(64)}"}`;
    const said = /("inputs":\{"count":5,)"digest":"sha256:[0-9a-f]{64}"\}/;
    const zeroed = (await shards()).map((file, index) => {
      const path = join(evidence.folder, `zeroed-${index}.json`);
      writeFileSync(path, readFileSync(file, 'utf8').replace(said, `$1${zero}`));
      return path;
    });
    const whole = join(evidence.folder, 'zeroed.json');
    writeFileSync(whole, (await verifyMany(['many'])).stdout.replace(said, `$1${zero}`));
    const runs = [await mergeOf(zeroed), await mergeOf([whole])];
    runs.push(await runProgram(['report', whole]));
    for (const { code, stdout, stderr } of runs) {
      expect([code, stdout, stderr.split(' ', 2)[1]]).toEqual([3, '', 'REPORT_INVALID']);
      expect(stderr).toContain('#/summary/inputs/digest');
    }
  });

  it('of no inputs at all is 3: no call ends so', async () => {
    const [first = ''] = await shards();
    const [head = '', ...rest] = readFileSync(first, 'utf8').split('\n');
    const end = JSON.parse(rest.at(-2)?.replace(/^\],/, '{') ?? '') as Batch;
    const { rules, root } = end.summary as { rules?: object; root?: object };
    const nothing = { outcomes: {}, unproven: {}, unsigned: 0, sandbox: false, weakened: [] };
    const lists = { problems: [], recipes: [], signers: [], notVerified: [], notListed: 0 };
    const inputs = { count: 0, digest: digestOfHex(createHash('sha256').digest('hex')) };
    const file = join(evidence.folder, 'of-nothing.json');
    const stored = async (stopped?: string) => {
      const summary = { bundles: 0, ...nothing, ...lists, root, rules, inputs, stopped };
      const exitCode = stopped === undefined ? 0 : 130;
      const text = JSON.stringify({ summary, exitCode, repeat: end['repeat' as never] });
      writeFileSync(file, `${head}\n],${text.slice(1)}\n`);
      const { code, stderr } = await mergeOf([file]);
      return [code, stderr.split(' ', 2)[1]];
    };
    expect(await stored('interrupted')).toEqual([3, 'SHARDS_DIFFER']);
    expect(await stored()).toEqual([3, 'REPORT_INVALID']);
  });

  it('that stopped at the first failure has one, as the last', async () => {
    const stops = (text: string): string =>
      text.replace(/"inputs":\{[^}]*\}/, '$&,"stopped":"first-failure"');
    const file = join(evidence.folder, 'stops.json');
    const fast = await verifyMany(['many', '--fail-fast']);
    expect(fast.batch.summary.stopped).toBe('first-failure');
    writeFileSync(file, fast.stdout);
    expect((await mergeOf([file])).code).toBe(fast.code);
    const green = await verifyMany(['many/a.tar.gz', 'many/deep/b.tar.gz']);
    for (const { stdout } of [green, await verifyMany(['many'])]) {
      expect(stops(stdout)).not.toBe(stdout);
      writeFileSync(file, stops(stdout));
      const { code, stderr } = await mergeOf([file]);
      expect([code, stderr.split(' ', 2)[1]]).toEqual([3, 'REPORT_INVALID']);
    }
  });

  it('names what any of the shards passed over', async () => {
    const over = (...paths: string[]): string =>
      `"passedOver":${JSON.stringify({ count: paths.length, paths })},"shard":`;
    const [, second = '', third = ''] = await shards();
    const [first = ''] = await changedShard('"shard":', over('many/x', 'many/y'));
    const other = join(evidence.folder, 'other.json');
    writeFileSync(other, readFileSync(second, 'utf8').replace('"shard":', over('many/z')));
    const { code, stdout } = await mergeOf([first, other, third], '--format', 'json');
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as Batch).summary.passedOver).toEqual({
      count: 3,
      paths: ['many/x', 'many/y', 'many/z'],
    });
  });

  it.each<[string, readonly string[], string]>([
    ['--require-recomputed', ['--require-recomputed'], 'judged with --require-recomputed; '],
    ['--accept-claimed', ['--accept-claimed'], 'judged with --accept-claimed; '],
    ['--allow-unsigned', ['--allow-unsigned'], 'judged with --allow-unsigned; '],
    ['--max-run-span', ['--max-run-span', '36h'], 'judged with --max-run-span "36h0m0s"; '],
    ['--judge', ['--judge', 'own'], 'judged with --judge "own"; '],
  ])('of a shard that was judged by another %s is 3', async (flag, words, found) => {
    const [first = '', , third = ''] = await shards();
    const file = join(evidence.folder, 'by-other-rules.json');
    const { stdout, batch } = await verifyMany(['many', '--shard', '2/3', ...words]);
    expect(Object.keys(batch.summary.rules ?? {})).toContain(flag);
    writeFileSync(file, stdout);
    const { code, stderr } = await mergeOf([first, file, third]);
    expect(code).toBe(3);
    const said = stderr.replaceAll(/\s+/g, ' ');
    expect(said).toContain('error: SHARDS_DIFFER');
    expect(said).toContain(found);
    expect(said).toContain(`without ${flag}`);
    const same = await verifyMany(['many', '--shard', '1/1', ...words]);
    writeFileSync(file, same.stdout);
    expect((await mergeOf([file])).code).toBe(same.code);
  });

  it('joins shards of an older version that name no rules, and none of them with one that does', async () => {
    const older = await Promise.all(
      (await shards()).map(async (file, index) => {
        const path = join(evidence.folder, `older-${index}.json`);
        writeFileSync(path, readFileSync(file, 'utf8').replace(/"rules":\{[^}]*\},/, ''));
        return await Promise.resolve(path);
      }),
    );
    expect((await mergeOf(older)).code).toBe(2);
    const { code, stderr } = await mergeOf([...older.slice(0, 2), (await shards())[2] ?? '']);
    expect([code, stderr.split(' ', 2)[1]]).toEqual([3, 'SHARDS_DIFFER']);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('with the rules by which it was judged');
  });

  it('takes no report of one bundle', async () => {
    const argv = ['verify-evidence', join(folder, 'a.tar.gz'), ...evidence.pin, '--format', 'json'];
    const file = join(evidence.folder, 'one.json');
    writeFileSync(file, (await runProgram(argv)).stdout);
    const { code, stderr } = await mergeOf([file]);
    expect(code).toBe(3);
    expect(stderr).toContain('error: REPORT_INVALID');
  });
});

describe('a pattern that no file fits', () => {
  it('says so, and relative to which folder, and nothing of quotes', async () => {
    const argv = ['verify-evidence', 'many/none-*.tar.gz', ...evidence.pin];
    const { code, stdout, stderr } = await runProgram(argv, { cwd: evidence.folder });
    expect([code, /FILE_UNREADABLE/.test(stdout + stderr)]).toEqual([3, true]);
    const said = (stdout + stderr).replaceAll(/\s+/g, ' ');
    expect(said).toContain('the files that fit it, seen from the folder that you are in');
    expect(said).not.toContain('quotes');
  });

  const PATTERN = 'many/deep/[b].tar.gz';
  const INPUT = 'as INPUT of verify-evidence or evidence list';
  const NAME = 'in a list (--from) and anywhere else, name each file itself';

  it.each([
    ['verify-evidence --from list.txt', `verify-evidence ${PATTERN}`, INPUT],
    ['evidence list --from list.txt', `evidence list ${PATTERN}`, INPUT],
    ['verify-evidence --from list.txt', 'verify-evidence --from names.txt', NAME],
    [
      `evidence diff ${PATTERN} many/a.tar.gz`,
      'evidence diff many/deep/b.tar.gz many/a.tar.gz',
      NAME,
    ],
  ])('in %s: what the next step says works: %s', async (wrong, right, hint) => {
    writeFileSync(join(evidence.folder, 'list.txt'), `${PATTERN}\n`);
    writeFileSync(join(evidence.folder, 'names.txt'), 'many/deep/b.tar.gz\n');
    const runOf = async (words: string) => {
      const argv = [...words.split(' '), ...evidence.pin];
      const { code, stdout, stderr } = await runProgram(argv, { cwd: evidence.folder });
      return { code, said: (stdout + stderr).replaceAll('`', '').replaceAll(/\s+/g, ' ') };
    };
    const refused = await runOf(wrong);
    expect(refused.code).toBe(3);
    expect(refused.said).toContain(hint);
    expect((await runOf(right)).code).toBe(0);
  });

  it('in evidence show: it is to be named itself, which works', async () => {
    const cwd = evidence.folder;
    const refused = await runProgram(['evidence', 'show', PATTERN], { cwd });
    expect(refused.code).toBe(3);
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(NAME);
    expect((await runProgram(['evidence', 'show', 'many/deep/b.tar.gz'], { cwd })).code).toBe(0);
  });
});

describe('a report in another form than JSON', () => {
  it('is refused by report with what it is, and with the form that can be shown', async () => {
    const forms = ['jsonl', 'junit', 'sarif', 'html', 'markdown', 'json'] as const;
    const files = forms.flatMap((form) => ['--format', `${form}=other.${form}`]);
    const words = ['verify-evidence', 'many', ...evidence.pin, '--jobs', '1', ...files];
    const cwd = evidence.folder;
    await runProgram(words, { cwd });
    const refusals = forms.slice(0, -1).map(async (form) => {
      const { code, stderr } = await runProgram(['report', `other.${form}`], { cwd });
      expect(code).toBe(3);
      expect(stderr).toContain('have --format json=FILE written too');
      return /found: (.*)/.exec(stderr)?.[1];
    });
    expect(await Promise.all(refusals)).toEqual([
      'a line of JSON for each bundle, as --format jsonl writes',
      'XML or HTML',
      'SARIF',
      'XML or HTML',
      'text that is no JSON',
    ]);
    // The hints, followed.
    expect((await runProgram(['report', 'other.json'], { cwd })).code).toBe(0);
    const [line = ''] = readFileSync(join(cwd, 'other.jsonl'), 'utf8').split('\n');
    writeFileSync(join(cwd, 'line.json'), line);
    expect((await runProgram(['report', 'line.json'], { cwd })).code).toBe(0);
  });

  it('is no bundle either', async () => {
    for (const form of ['jsonl', 'json']) {
      const words = ['verify-evidence', `other.${form}`, ...evidence.pin];
      const { code, stdout } = await runProgram(words, { cwd: evidence.folder });
      expect([code, stdout.includes('a report is not evidence, it is about some')]).toEqual([
        2,
        true,
      ]);
    }
  });
});

describe('a bundle in place of a report of it', () => {
  it.each([
    ['report', 'many/a.tar.gz'],
    ['report', 'many/deep/dir'],
    ['report merge', 'many/a.tar.gz'],
  ])('is refused by %s with the command that makes one: %s', async (command, path) => {
    const argv = [...command.split(' '), path];
    const { code, stdout, stderr } = await runProgram(argv, { cwd: evidence.folder });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('error: REPORT_INVALID');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`affidavit verify-evidence ${path}`);
  });
});

describe('what was not judged', () => {
  async function shown(words: readonly string[], cwd = evidence.folder) {
    const forms = [
      '--format',
      'junit=n.xml',
      '--format',
      'sarif=n.sarif',
      '--format',
      'json=n.json',
    ];
    const argv = ['verify-evidence', ...words, ...evidence.pin, '--jobs', '1', ...forms];
    const { code } = await runProgram(argv, { cwd });
    const [xml = '', sarif = '', json = ''] = ['n.xml', 'n.sarif', 'n.json'].map((name) =>
      readFileSync(join(cwd, name), 'utf8'),
    );
    expect([...junitComplaints(xml), ...sarifComplaints(sarif)]).toEqual([]);
    return { code, xml, sarif: JSON.parse(sarif) as Sarif, json };
  }

  it('by an empty shard of a list is named in JUnit and SARIF, where nothing passes; exit 0', async () => {
    const { code, xml, sarif, json } = await shown(['many/a.tar.gz', '--shard', '2/2']);
    const said = 'nothing was judged here: shard 2 of 2 has none of the inputs (1)';
    expect(code).toBe(0);
    expect(xml).toContain('tests="1" failures="0" errors="0" skipped="1"');
    expect(xml.split(said)).toHaveLength(3);
    expect(sarif.runs[0]?.results).toEqual([]);
    expect(JSON.stringify(sarif.runs[0]?.invocations)).toContain(said);
    requireSchema(JSON.parse(json) as Batch);
  });

  it('since it is no bundle is named in JUnit and SARIF, in no case that passes', async () => {
    const notes = folderOfMany('with-notes');
    writeFileSync(join(notes, 'notes.txt'), '');
    const { xml, sarif } = await shown(['with-notes']);
    const said = 'passed over, since they are no bundles: 1 path: with-notes/notes.txt';
    expect(xml).toMatch(new RegExp(`<skipped>${said}</skipped>`));
    expect(xml).toContain(`<property name="not judged" value="${said}"/>`);
    expect(JSON.stringify(sarif.runs[0]?.invocations)).toContain(said);
  });

  it.each(['1/1', '2/3'])(
    'is all of a directory without a bundle: exit 2 in shard %s too',
    async (shard) => {
      mkdirSync(join(evidence.folder, 'nothing'), { recursive: true });
      const { code, xml } = await shown(['nothing', '--shard', shard]);
      expect(code).toBe(2);
      expect(xml).toContain('<failure');
      const list = join(evidence.folder, 'empty.txt');
      writeFileSync(list, '');
      const argv = ['verify-evidence', '--from', list, '--shard', shard, ...evidence.pin];
      expect((await runProgram(argv)).code).toBe(64);
    },
  );
});

describe('affidavit report of many', () => {
  it('shows them in each form, says first that nothing was verified, and ends with 0', async () => {
    const { stdout } = await verifyMany(['many']);
    writeFileSync(join(evidence.folder, 'stored.json'), stdout);
    const shown = new Map<string, string>();
    for (const format of ['terminal', 'markdown', 'junit', 'sarif']) {
      const argv = ['report', 'stored.json', '--format', format];
      const run = await runProgram(argv, { cwd: evidence.folder });
      expect([run.code, run.stderr]).toEqual([0, '']);
      expect(run.stdout.slice(0, 100)).toContain('from a stored report; nothing was verified here');
      expect(run.stdout).not.toMatch(/[✅✓]|<testcase [^>]*\/>/u);
      expect(run.stdout).toContain('many/z.tar.gz');
      shown.set(format, run.stdout);
    }
    const [junit = '', sarif = ''] = ['junit', 'sarif'].map((name) => shown.get(name));
    expect([...junitComplaints(junit), ...sarifComplaints(sarif)]).toEqual([]);
    expect(sarif.match(/"ruleId":"(?:STORED_REPORT|SANDBOX|UNSIGNED)"/g)).toHaveLength(7);
  });

  it('shows one of any length, also from standard input and with its lines changed', async () => {
    const { batch, stdout } = await verifyMany(['many']);
    const begin = '"repeat":["affidavit","verify-evidence"';
    const written = stdout.replaceAll(begin, `${begin},"${'word '.repeat(500_000)}"`);
    const texts = {
      'written.json': written,
      'indented.json': JSON.stringify(JSON.parse(written), undefined, 2),
    };
    for (const [name, text] of Object.entries(texts)) {
      writeFileSync(join(evidence.folder, name), text);
      const run = await runProgram(['report', name], { cwd: evidence.folder });
      expect([name, run.code, run.stderr]).toEqual([name, 0, '']);
      expect(run.stdout).toContain('many/z.tar.gz');
      const { stdout: piped, code } = await runProgram(['report', '-'], { stdin: text });
      expect([code, piped]).toEqual([0, run.stdout]);
    }
    const merged = await mergeWith('indented.json');
    expect([merged.code, sourcesOf(JSON.parse(merged.stdout) as Batch)]).toEqual([
      2,
      sourcesOf(batch),
    ]);
    for (const [from, to] of [
      ['"exitCode"', '"exitCode": 0, "exitCode"'],
      ['"exitCode": 2', '"exitCode": 4'],
    ] as const) {
      expect(texts['indented.json']).toContain(from);
      const changed = texts['indented.json'].replace(from, to);
      writeFileSync(join(evidence.folder, 'changed.json'), changed);
      const refused = await mergeWith('changed.json');
      expect([refused.code, refused.stdout]).toEqual([
        3,
        expect.stringContaining('"code": "REPORT_INVALID"'),
      ]);
    }
  });

  async function mergeWith(file: string) {
    const words = ['report', 'merge', file, '--format', 'json'];
    return await runProgram(words, { cwd: evidence.folder });
  }

  it('shows what was merged, and one whose summary is of other reports not at all', async () => {
    const { stdout } = await verifyMany(['many']);
    writeFileSync(join(evidence.folder, 'whole.json'), stdout);
    const options = { cwd: evidence.folder };
    await runProgram(['report', 'merge', 'whole.json', '--format', 'json=merged.json'], options);
    const merged = await runProgram(['report', 'merged.json'], options);
    expect([merged.code, merged.stdout.includes('from 1 stored reports')]).toEqual([0, true]);
    const forged = stdout.replace(
      '"verdict":"undecided","exitCode":4',
      '"verdict":"verified","exitCode":0',
    );
    writeFileSync(join(evidence.folder, 'forged.json'), forged);
    const words = ['report', 'forged.json', '--format', 'junit=forged.xml'];
    const { code, stderr } = await runProgram(words, options);
    expect([code, /^error: (\w+)/.exec(stderr)?.[1]]).toEqual([3, 'REPORT_INVALID']);
    expect(existsSync(join(evidence.folder, 'forged.xml'))).toBe(false);
  });
});

/** The value, made when it is first asked for. */
function onceMade<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => await (made ??= make());
}

describe('Ctrl-C', () => {
  it('ends with the reports of what was done, and 130', async () => {
    const words = ['--from', '-', '-f', 'jsonl', '-f', 'json=stopped.json', '--jobs', '2'];
    const argv = [PROGRAM, 'verify-evidence', ...words, ...evidence.pin];
    const child = spawn(process.execPath, argv, { cwd: evidence.folder });
    const ended = once(child, 'exit');
    // More than wait for the first: its report is there although the list has no end.
    child.stdin.write('many/a.tar.gz\n'.repeat(40));
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    await Promise.race([once(child.stdout, 'data'), ended]);
    child.kill('SIGINT');
    const closed = once(child.stdout, 'close');
    expect(await ended).toEqual([130, null]);
    await closed;
    const file = readFileSync(join(evidence.folder, 'stopped.json'), 'utf8');
    const batch = JSON.parse(file) as Batch;
    requireSchema(batch);
    expect([batch.exitCode, batch.summary.stopped]).toEqual([130, 'interrupted']);
    expect(batch.reports.length).toBeGreaterThan(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Report),
    ).toEqual(batch.reports);
    const merged = await runProgram(['report', 'merge', 'stopped.json'], { cwd: evidence.folder });
    expect([merged.code, merged.stderr.split(' ', 2)[1]]).toEqual([3, 'SHARDS_DIFFER']);
  });
});
