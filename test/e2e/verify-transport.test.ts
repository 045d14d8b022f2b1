import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { header, pax, tar, type Part } from '../archive/tar-parts.ts';
import { runCli } from '../run-cli.ts';
import {
  DEMO_INPUTS,
  SIGNER,
  contentOfFolder,
  failureOf,
  fileIn,
  makeEvidence,
} from './evidence.ts';
import type { Judged, ReportJson } from './evidence.ts';

const evidence = await makeEvidence();
const { files } = evidence;
const bundle = await evidence.pack();
const archive = readFileSync(bundle);
const parts: readonly Part[] = [...files].map(([name, content]) => ({ name, content }));

function packed(...all: readonly Part[]): string {
  return evidence.write(gzipSync(tar(...all)));
}

/** Every entry with this done to its header. */
function patched(patch: (header: Buffer) => void): readonly Part[] {
  return parts.map((part) => ({ ...part, patch }));
}

function directory(name: string): Part {
  return { name, typeFlag: '5' };
}

function device(typeFlag: string): Part {
  return { name: 'logs/x', typeFlag };
}

function link(typeFlag: string, linkName: string): Part {
  return { name: 'logs/x', typeFlag, linkName };
}

function cut(bytes: Buffer, end: number): Buffer {
  return bytes.subarray(0, end);
}

function withoutSource({ report }: Judged): Readonly<Record<string, unknown>> {
  const { source: _, repeat: __, ...rest } = report;
  return rest;
}

const control = await evidence.judgeAt(bundle);

it('takes the bundle that all tests here pack anew or change', () => {
  expect([control.code, control.faults]).toEqual([0, []]);
});

describe('E-02 the same bundle, packed by another program', () => {
  const folders = ['logs/', 'logs/performance/', 'ctrf/'].map(directory);
  const dotted = parts.map((part) => ({ ...part, name: `./${part.name}` }));
  const times: readonly (readonly [string, string])[] = [
    ['mtime', '1781053200.123456789'],
    ['atime', '1781053200'],
    ['uname', 'jürgen'],
    ['SCHILY.xattr.user.note', 'x'],
  ];
  const cases: readonly (readonly [string, readonly Part[]])[] = [
    ['in the opposite order', parts.toReversed()],
    ['with a leading ./', [directory('./'), ...dotted]],
    ['with entries for its directories', [...folders, ...parts]],
    ['with its directories last', [...parts, ...folders]],
    ['with . and directories without a final slash', [directory('.'), directory('logs'), ...parts]],
    ['with other owners', patched((block) => block.write('0003641\u00000000144\u0000', 108))],
    ['with names of owners', patched((block) => block.write('root', 265))],
    ['with other modes', patched((block) => block.write('0000777', 100))],
    ['with other times', patched((block) => block.write('00000000000', 136))],
    ['with the magic of GNU tar', parts.map((part) => ({ ...part, magic: 'ustar  \u0000' }))],
    ['with the type flag of old programs', parts.map((part) => ({ ...part, typeFlag: '\u0000' }))],
    ['with pax headers', parts.flatMap((part) => [pax(times), part])],
    ['with a global pax header', [pax([['comment', 'a'.repeat(40)]], 'g'), ...parts]],
  ];

  it.each(cases)('gets the same report: %s', async (_, all) => {
    const judged = await evidence.judgeAt(packed(...all));
    expect(judged).toEqual(control);
  });

  it('gets the same report from gzip at any level, with a name, a comment and a time', async () => {
    const content = gunzipSync(archive);
    for (const level of [0, 1, 6, 9]) {
      expect(await evidence.judgeAt(evidence.write(gzipSync(content, { level })))).toEqual(control);
    }
    const [head, rest] = [Buffer.from(archive.subarray(0, 10)), archive.subarray(10)];
    head.writeUInt8(8 | 16, 3);
    head.writeUInt32LE(1_781_053_200, 4);
    const named = Buffer.concat([head, Buffer.from('evidence.tar\0from me\0'), rest]);
    expect(await evidence.judgeAt(evidence.write(named))).toEqual(control);
  });

  it('gets the same report from the program as a directory, apart from its source', async () => {
    const folder = evidence.unpack();
    const [one, other] = [await evidence.verify(bundle), await evidence.verify(folder)];
    expect([one.code, other.code]).toEqual([0, 0]);
    expect([one.report['source'], other.report['source']]).toEqual([bundle, folder]);
    expect(withoutSource(one)).toEqual(withoutSource(other));
    expect(withoutSource(one)).toEqual(withoutSource(control));
  });

  it('gets the same report through a link to it, and whatever its name is', async () => {
    const alias = evidence.path();
    symlinkSync(bundle, alias);
    expect(await evidence.judgeAt(alias)).toEqual(control);
    expect(await evidence.judgeAt(evidence.write(archive, '.zip'))).toEqual(control);
  });

  it('is told from the outside by nothing: a directory with an empty folder more', async () => {
    const folder = evidence.unpack();
    mkdirSync(join(folder, 'empty'));
    expect(await evidence.judgeAt(folder)).toEqual(control);
  });
});

describe('E-36 an archive that means harm', () => {
  const log = { name: 'logs/x.log', content: 'x' };
  const twice: Part = { name: 'recipe.yaml', content: fileIn(files, 'recipe.yaml') };
  const cases: readonly (readonly [string, readonly Part[], string])[] = [
    ['a path that leaves it', [{ ...log, name: '../x' }], '"../x"'],
    ['a path that leaves it later', [{ ...log, name: 'logs/../../x' }], '"logs/../../x"'],
    ['a path that leaves it after ./', [{ ...log, name: './../x' }], '"../x"'],
    ['an absolute path', [{ ...log, name: '/etc/x' }], '"/etc/x"'],
    ['an absolute path after ./', [{ ...log, name: './/etc/x' }], '"/etc/x"'],
    ['a drive letter', [{ ...log, name: 'C:x' }], '"C:x"'],
    ['a backslash', [{ ...log, name: 'logs\\x' }], String.raw`"logs\\x"`],
    ['an empty name', [{ ...log, name: '' }], '""'],
    ['a hidden file', [{ ...log, name: 'logs/.x' }], '"logs/.x"'],
    ['a NUL in a name', [{ ...log, name: 'logs/x\0.log' }], String.raw`"logs/x\u0000.log"`],
    ['a newline in a name', [{ ...log, name: 'logs/x\n.log' }], String.raw`"logs/x\n.log"`],
    ['a name that is no ASCII', [{ ...log, name: 'logs/é' }], '"logs/é"'],
    ['a symbolic link out of it', [link('2', '/etc/passwd')], 'logs/x'],
    ['a symbolic link within it', [link('2', '../recipe.yaml')], 'logs/x'],
    ['a hard link', [link('1', 'recipe.yaml')], 'logs/x'],
    ['a character device', [device('3')], 'logs/x'],
    ['a block device', [device('4')], 'logs/x'],
    ['a FIFO', [device('6')], 'logs/x'],
    ['a file twice, with the same content', [twice], 'recipe.yaml'],
    ['a file twice, but for ./', [{ ...twice, name: './recipe.yaml' }], 'recipe.yaml'],
    ['a file twice, but for its case', [{ ...log, name: 'RECIPE.yaml' }], 'RECIPE.yaml'],
    ['a file in a file', [{ ...log, name: 'recipe.yaml/x' }], 'recipe.yaml/x'],
    ['a directory in place of a file', [directory('recipe.yaml')], 'recipe.yaml'],
    [
      'a file behind a link to a directory',
      [
        { name: 'a', typeFlag: '2', linkName: '/tmp' },
        { ...log, name: 'a/x' },
      ],
      'a',
    ],
    ['a pax path', [pax([['path', '../x']]), log], 'PaxHeaders/x'],
    ['a pax size', [pax([['size', '0']]), log], 'PaxHeaders/x'],
    ['a GNU long name', [{ name: 'x', typeFlag: 'L', content: '../x\0' }, log], 'x'],
    ['a GNU long link', [{ name: 'x', typeFlag: 'K', content: '/etc\0' }, link('2', '')], 'x'],
    ['a sparse file', [{ name: 'logs/x', typeFlag: 'S' }], 'logs/x'],
    ['an entry of an unknown type', [{ name: 'logs/x', typeFlag: 'Z' }], 'logs/x'],
    ['a directory with content', [{ name: 'logs/x', typeFlag: '5', content: 'x' }], 'logs/x'],
  ];

  it.each(cases)('is refused, and the entry is named: %s', async (_, more, place) => {
    const { code, faults, report } = await evidence.judgeAt(packed(...parts, ...more));
    expect([code, faults]).toEqual([2, [`ARCHIVE_UNSAFE ${place}`]]);
    expect(report.checks.slice(1).every(({ outcome }) => outcome === 'not-reached')).toBe(true);
  });

  it.each(['../x', '/tmp/affidavit-e2e-x', 'a/x'])(
    'writes nothing anywhere when the program reads it: %s',
    async (name) => {
      const home = evidence.path();
      for (const folder of ['work', 'tmp', 'home']) {
        mkdirSync(join(home, folder), { recursive: true });
      }
      const links = name === 'a/x' ? [{ name: 'a', typeFlag: '2', linkName: '..' }] : [];
      const path = packed(...links, { name, content: 'x' }, ...parts);
      const good = await evidence.pack();
      const before = contentOfFolder(evidence.folder);
      const options = {
        cwd: join(home, 'work'),
        env: { TMPDIR: join(home, 'tmp'), HOME: join(home, 'home') },
      };
      const { code, faults } = await evidence.verify(path, evidence.pin, options);
      expect([code, faults[0]?.split(' ')[0]]).toEqual([2, 'ARCHIVE_UNSAFE']);
      expect((await evidence.verify(good, evidence.pin, options)).code).toBe(0);
      expect(contentOfFolder(evidence.folder)).toEqual(before);
    },
  );

  it('is refused as a directory too', async () => {
    const spoiled: readonly (readonly [string, (folder: string) => void, string])[] = [
      ['link to a file', (folder) => symlinkSync(bundle, join(folder, 'logs/x')), 'logs/x'],
      ['link to a folder', (folder) => symlinkSync('/', join(folder, 'logs/x')), 'logs/x'],
      ['dangling link', (folder) => symlinkSync('nowhere', join(folder, 'x')), 'x'],
      ['hidden file', (folder) => writeFileSync(join(folder, '.x'), ''), '".x"'],
      ['hidden folder', (folder) => mkdirSync(join(folder, '.git')), '".git"'],
      ['FIFO', (folder) => execFileSync('mkfifo', [join(folder, 'logs/x')]), 'logs/x'],
      ['backslash', (folder) => writeFileSync(join(folder, 'a\\b'), ''), String.raw`"a\\b"`],
      ['newline', (folder) => writeFileSync(join(folder, 'a\nb'), ''), String.raw`"a\nb"`],
    ];
    for (const [what, spoil, place] of spoiled) {
      const folder = evidence.unpack();
      spoil(folder);
      const { code, faults } = await evidence.judgeAt(folder);
      expect({ what, code, faults }).toEqual({
        what,
        code: 2,
        faults: [`ARCHIVE_UNSAFE ${place}`],
      });
    }
  });
});

describe('E-38 a file that is not one whole archive', () => {
  const content = gunzipSync(archive);
  const half = Math.floor(archive.length / 2);
  const zip = Buffer.from('504b0304', 'hex');
  const crc = Buffer.from(archive);
  crc.writeUInt8(crc.readUInt8(crc.length - 8) ^ 1, crc.length - 8);
  const size = Buffer.from(archive);
  size.writeUInt8(size.readUInt8(size.length - 4) ^ 1, size.length - 4);
  const cases: readonly (readonly [string, Buffer])[] = [
    ['empty', Buffer.alloc(0)],
    ['one byte', cut(archive, 1)],
    ['cut in the header', cut(archive, 9)],
    ['the header alone', cut(archive, 10)],
    ['cut in half', cut(archive, half)],
    ['cut before the trailer', cut(archive, archive.length - 8)],
    ['one byte short', cut(archive, archive.length - 1)],
    ['with a wrong CRC', crc],
    ['with a wrong size', size],
    ['twice', Buffer.concat([archive, archive])],
    ['followed by an empty gzip', Buffer.concat([archive, gzipSync('')])],
    ['followed by a byte', Buffer.concat([archive, Buffer.from('x')])],
    ['followed by zeros', Buffer.concat([archive, Buffer.alloc(512)])],
    ['text', Buffer.from('evidence')],
    ['a zip', Buffer.concat([zip, archive])],
    ['a tar without gzip', content],
    ['gzip of nothing', gzipSync('')],
    ['gzip of text', gzipSync('evidence'.repeat(100))],
    ['gzip of gzip', gzipSync(archive)],
    ['gzip of zeros', gzipSync(Buffer.alloc(512))],
    ['a tar without its end', gzipSync(cut(content, content.length - 1024))],
    ['a tar with half of its end', gzipSync(cut(content, content.length - 512))],
    ['a tar cut in a file', gzipSync(cut(content, 700))],
    ['a tar followed by another', gzipSync(Buffer.concat([content, content]))],
    ['a tar followed by a byte', gzipSync(Buffer.concat([content, Buffer.from('x')]))],
    [
      'a tar with a wrong checksum',
      gzipSync(Buffer.concat([header({ name: 'x' }).fill('7', 148, 150), content])),
    ],
  ];

  it.each(cases)('is refused, and the file is named: %s', async (_, bytes) => {
    const path = evidence.write(bytes);
    const { code, report, faults } = await evidence.judgeAt(path);
    expect([code, report.verdict]).toEqual([2, 'invalid']);
    expect(faults).toEqual([expect.stringMatching(/^ARCHIVE_UNREADABLE /)]);
    // An error in an entry names the entry; all others name the file.
    const [, place = ''] = faults[0]?.split(' ') ?? [];
    expect(place === path || files.has(place)).toBe(true);
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('evidence')],
    ['cut in half', cut(archive, half)],
  ])('is exit 2 of the program: %s', async (_, bytes) => {
    const { code, report } = await evidence.verify(evidence.write(bytes));
    expect([code, report.verdict]).toEqual([2, 'invalid']);
    expect(report.checks[0]?.faults[0]?.code).toBe('ARCHIVE_UNREADABLE');
  });

  it('never gets past a change of the compressed data that changes what is in it', async () => {
    // The header holds a time and a system, and the last bits of the data may be unused.
    let refused = 0;
    for (let offset = 10; offset < archive.length; offset += 97) {
      const changed = Buffer.from(archive);
      changed.writeUInt8(changed.readUInt8(offset) ^ 0x10, offset);
      const judged = await evidence.judgeAt(evidence.write(changed));
      if (judged.code === 2) refused += 1;
      const outcome = judged.code === 2 ? [control, content] : [judged, gunzipSync(changed)];
      expect(outcome).toEqual([control, content]);
    }
    expect(refused).toBeGreaterThan(archive.length / 97 - 5);
  });
});

describe('standard input', () => {
  const words = (input: string, ...flags: readonly string[]): readonly string[] => [
    ...['verify-evidence', input, '--format', 'json'],
    ...flags,
  ];

  it('has the archive if INPUT is -, and the report is the same but for the source', async () => {
    const path = await evidence.pack();
    const piped = await runCli(words('-', ...evidence.pin), { stdin: readFileSync(path) });
    const direct = await runCli(words(path, ...evidence.pin));
    expect([piped.code, direct.code]).toEqual([0, 0]);
    const { source, repeat, ...report } = JSON.parse(piped.stdout) as {
      readonly source: string;
      readonly repeat: readonly string[];
    };
    expect([source, repeat[2]]).toEqual(['-', '-']);
    expect({ ...report, source: path, repeat: repeat.with(2, path) }).toEqual(
      JSON.parse(direct.stdout),
    );
  });

  it.each(['--trusted-root', '--policy', '--recipe'])(
    'has the file of %s if that is -',
    async (flag) => {
      const policy = { schemaVersion: '1.0.0', signers: [SIGNER] };
      const contents = new Map([
        ['--trusted-root', readFileSync(evidence.rootPath)],
        ['--policy', Buffer.from(JSON.stringify(policy))],
        ['--recipe', DEMO_INPUTS.recipe],
      ]);
      const flags = new Map([
        ['--trusted-root', evidence.rootPath],
        ['--policy', evidence.write(JSON.stringify(policy), '.json')],
        [flag, '-'],
      ]);
      const stdin = contents.get(flag) ?? '';
      const run = await runCli(words(await evidence.pack(), ...[...flags].flat()), { stdin });
      expect([run.code, run.stderr]).toEqual([0, '']);
    },
  );

  it('is said to be what is wrong, as stdin', async () => {
    const { code, stdout } = await runCli(words('-'), { stdin: '' });
    const { checks } = JSON.parse(stdout) as ReportJson;
    expect([code, checks[0]?.found]).toEqual([2, 'an empty file']);
    expect(checks[0]?.faults[0]?.at).toBe('stdin');
    const policy = await failureOf([await evidence.pack(), '--policy', '-'], { stdin: '{}' });
    expect([policy.code, policy.error.at]).toEqual([3, 'stdin#/schemaVersion']);
  });

  it.each([['--policy'], ['--trusted-root'], ['--recipe']])(
    'is read once: INPUT and %s as - are 64',
    async (flag) => {
      const { code, error } = await failureOf(['-', flag, '-']);
      expect([code, error.code, error.at]).toEqual([64, 'USAGE', '-']);
    },
  );
});

describe('an INPUT that is no bundle', () => {
  it('is exit 2 if it is a directory of something else', async () => {
    const empty = evidence.path();
    mkdirSync(empty);
    const other = evidence.unpack(new Map([['README.md', Buffer.from('x')]]));
    for (const folder of [empty, other]) {
      const { code, faults } = await evidence.verify(folder);
      expect([code, faults]).toEqual([2, ['BUNDLE_INCOMPLETE manifest.json']]);
    }
    const { code, faults } = await evidence.judgeAt(packed({ name: 'README.md', content: 'x' }));
    expect([code, faults]).toEqual([2, ['BUNDLE_INCOMPLETE manifest.json']]);
  });

  it('is exit 2 if the bundle is one folder further down', async () => {
    const below = parts.map((part) => ({ ...part, name: `evidence/${part.name}` }));
    const { code, faults, report } = await evidence.judgeAt(packed(...below));
    expect([code, faults]).toEqual([2, ['BUNDLE_INCOMPLETE manifest.json']]);
    expect(report.checks[0]?.hint).toMatch(/^it is all in the folder evidence: /);
  });

  it('is exit 3 and no report if it cannot be read', async () => {
    const missing = evidence.path('.tar.gz');
    for (const input of [missing, join(bundle, 'x'), '/dev/null']) {
      const { code, error } = await failureOf([input]);
      expect([code, error.code, error.at]).toEqual([3, 'FILE_UNREADABLE', input]);
    }
  });
});
