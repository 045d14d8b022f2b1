import { describe, expect, it } from 'vitest';

import { AFFIDAVIT } from '../../src/tool.ts';
import { codeIn, codesIn, read, repositoryFiles, tableRows } from './repository.ts';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const ours = JSON.parse(read('package.json')) as Package;
const rows = tableRows(read('docs/dependencies.md'));
const IMPORT = /(?:(?<!['-])from|import\()\s*'((?:@[^/']+\/)?[^./'][^/']*)(?:\/[^']*)?'/g;

/** Package → the files of src that import it. */
function imports(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of repositoryFiles('src')) {
    const names = new Set([...read(path).matchAll(IMPORT)].map(([, name = '']) => name));
    for (const name of names) {
      if (!name.startsWith('node:')) found.set(name, [...(found.get(name) ?? []), path]);
    }
  }
  return found;
}

describe('docs/dependencies.md', () => {
  it('has a row for each runtime dependency, and for no other', () => {
    expect(rows.map(([name = '']) => codeIn(name))).toEqual(Object.keys(ours.dependencies));
  });

  it('names exactly the files that import each of them', () => {
    const listed = rows.map(([name = '', , , files = '']) => [codeIn(name), codesIn(files)]);
    const imported = listed.filter(([, paths = []]) => paths.length > 0);
    expect(Object.fromEntries(imported)).toEqual(Object.fromEntries(imports()));
    // What no file imports is what another package asks its user for.
    const { peerDependencies = {} } = JSON.parse(
      read('node_modules/@cyclonedx/cyclonedx-library/package.json'),
    ) as { readonly peerDependencies?: Readonly<Record<string, string>> };
    const others = listed.filter(([, paths = []]) => paths.length === 0).map(([name]) => name);
    expect(Object.keys(peerDependencies)).toEqual(expect.arrayContaining(others));
  });

  it.each(rows)('states the licence of %s', (name = '', _why = '', licence = '') => {
    const path = `node_modules/${codeIn(name)}/package.json`;
    expect((JSON.parse(read(path)) as Package).license).toBe(licence);
  });

  it('is right that all versions are pinned', () => {
    const versions = Object.values({ ...ours.dependencies, ...ours.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

describe('package.json', () => {
  it('asks for the Node that ./dev and the README name', () => {
    expect(ours.engines.node).toBe('^22.22.2 || ^24.15.0 || >=26');
    expect(read('README.md')).toContain('Node 22.22.2, 24.15 or 26');
    expect(read('dev')).toContain(`package.json "engines": ${ours.engines.node}`);
  });

  it('has the version that the changelog begins with', () => {
    expect(/^## (\S+)/m.exec(read('CHANGELOG.md'))?.[1]).toBe(ours.version);
  });

  it('has the name and the version by which reports call this program', () => {
    expect(AFFIDAVIT).toEqual({ name: ours.name, version: ours.version });
  });
});
