// One table says which room may import which; the linter, the documents and the code all keep to it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { lintRules } from '../../tools/room-rules.ts';
import { ROOMS } from '../../tools/rooms.ts';
import { ROOT } from '../run-cli.ts';
import { codeIn, codesIn, read, repositoryFiles, sectionOf, tableRows } from './repository.ts';

const names = Object.keys(ROOMS);
const sources = repositoryFiles('src').filter((path) => path.endsWith('.ts'));

function roomOf(path: string): string {
  return dirname(path).split('/').slice(1).join('/');
}

/** The files of ours that a file imports, also late. */
function importsOf(path: string): readonly string[] {
  return [...read(path).matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']+\.ts)'/g)].map(
    ([, specifier = '']) => posix.join(dirname(path), specifier),
  );
}

describe('tools/rooms.ts', () => {
  it('has a row for each folder of src that holds code, and for no other', () => {
    const folders = new Set(sources.map(roomOf).filter((room) => room !== ''));
    expect(names.toSorted()).toEqual([...folders].toSorted());
  });

  it.each(names)('lets no arrow of %s run back up', (name) => {
    const lower = new Set(names.slice(0, names.indexOf(name)));
    expect(ROOMS[name]?.rooms.filter((room) => !lower.has(room))).toEqual([]);
  });

  it('allows every import that there is, also those that are loaded late', () => {
    const forbidden = sources
      .filter((path) => path !== 'src/index.ts')
      .flatMap((path) =>
        importsOf(path)
          .filter((target) => !isAllowed(roomOf(path), roomOf(target)))
          .map((target) => `${path} → ${target}`),
      );
    expect(forbidden).toEqual([]);
  });

  it('has no arrow that nobody uses', () => {
    const used = new Set(
      sources.flatMap((path) =>
        importsOf(path).map((target) => `${roomOf(path)} → ${roomOf(target)}`),
      ),
    );
    const drawnArrows = names.flatMap((name) =>
      (ROOMS[name]?.rooms ?? []).map((room) => `${name} → ${room}`),
    );
    expect(drawnArrows.filter((arrow) => !used.has(arrow))).toEqual([]);
  });

  it('is what docs/architecture.md draws', () => {
    const rows = tableRows(sectionOf(read('docs/architecture.md'), 'Rooms and arrows')).filter(
      ([name = '']) => codeIn(name).startsWith('src/'),
    );
    expect(rows.map(([name = '']) => codeIn(name))).toEqual(names.map((name) => `src/${name}`));
    for (const [name = '', rooms = ''] of rows) {
      const room = ROOMS[codeIn(name).slice('src/'.length)];
      expect([name, codesIn(rooms).toSorted()]).toEqual([name, (room?.rooms ?? []).toSorted()]);
    }
  });

  it('has made oxlint.rooms.json: node tools/rooms.ts', () => {
    expect(JSON.parse(read('oxlint.rooms.json'))).toEqual(lintRules(ROOMS));
  });
});

function isAllowed(from: string, to: string): boolean {
  if (from === '') return to === '' || to === 'errors';
  return to === from || to === '' || ROOMS[from]?.rooms.includes(to) === true;
}

describe('the linter', () => {
  const copy = mkdtempSync(join(tmpdir(), 'affidavit-rooms-'));

  beforeAll(() => {
    for (const path of ['src', '.oxlintrc.json', 'oxlint.rooms.json', 'tsconfig.json']) {
      cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    }
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });

  afterAll(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  /** What the linter says of one more file in each of some rooms. */
  function lint(files: Readonly<Record<string, string>>): readonly string[] {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
    const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
    const words = ['--format=unix', ...Object.keys(files)];
    const { stdout } = spawnSync(process.execPath, [oxlint, ...words], {
      cwd: copy,
      encoding: 'utf8',
    });
    return stdout.split('\n').filter((line) => /no-restricted|no-nodejs-modules/.test(line));
  }

  it('refuses in every room an import that the table does not allow, and no other', () => {
    const files = Object.fromEntries(
      names.map((name) => [`src/${name}/zz-new.ts`, `import '${importOf(name)}';\n`]),
    );
    const said = lint(files);
    const refused = names.filter((name) => said.some((line) => line.includes(`src/${name}/zz`)));
    expect(refused).toEqual(names.filter((name) => forbiddenIn(name) !== undefined));
    expect(refused.length).toBeGreaterThan(names.length - 2);
  });

  const REFUSED: Readonly<Record<string, readonly [path: string, text: string]>> = {
    'anything, in a folder without a row': ['src/zz-room/zz.ts', `import '../document/data.ts';`],
    'the vocabulary, of a room': ['src/zz-new.ts', `import './trust/trust.ts';`],
    'a stage, of the line': ['src/trust/zz-stage.ts', `import '../policy/policy.ts';`],
    'a package of another room': ['src/trust/zz-package.ts', `import 'tar-stream';`],
    'a kind, by the line': ['src/attestation/zz-new.ts', `import '../evidence/layout.ts';`],
    'effects, by a report': ['src/report/zz-new.ts', `import '../io/disk/files.ts';`],
    'files, by a stage': ['src/document/zz-files.ts', `import 'node:fs';`],
    'the process, by a stage': ['src/document/zz-process.ts', 'void process.pid;'],
    'the clock, by a stage': ['src/document/zz-clock.ts', 'void Date.now();'],
  };

  it('refuses whatever else a folder may not have, each file for one thing', () => {
    const files = Object.values(REFUSED).map(([path, text]) => [path, `${text}\n`] as const);
    const said = lint(Object.fromEntries(files));
    const counts = Object.entries(REFUSED).map(([what, [path]]) => [
      what,
      said.filter((line) => line.includes(path)).length,
    ]);
    expect(counts).toEqual(Object.keys(REFUSED).map((what) => [what, 1]));
  });

  /** The first room that this one may not import, if there is any. */
  function forbiddenIn(name: string): string | undefined {
    return names.find((other) => !isAllowed(name, other));
  }

  function importOf(name: string): string {
    const other = forbiddenIn(name) ?? 'errors';
    const folder = posix.relative(name, other);
    return `${folder.startsWith('.') ? folder : `./${folder}`}/any.ts`;
  }
});
