import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../src/digest.ts';
import { acceptHeader, isSupportedApiVersion } from '../../src/document/header.ts';
import type { DocumentKind } from '../../src/document/header.ts';
import { ObjectReader } from '../../src/document/object-reader.ts';
import {
  canonicalRecipe,
  recipeDigest as digestOfRecipe,
} from '../../src/evidence/aicr/canonical-yaml.ts';
import * as limits from '../../src/limits.ts';
import { PREDICATE_TYPE_V3, SIGSTORE_BUNDLE_TYPE, STATEMENT_TYPE } from '../../src/media-types.ts';
import { ROOT } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import {
  codeIn,
  codesIn,
  read,
  repositoryFiles,
  sectionOf,
  sectionsOf,
  tableRows,
} from './repository.ts';

const document = read('docs/format.md');

function recipeDigest(...recipe: Parameters<typeof digestOfRecipe>): string {
  return hexOf(digestOfRecipe(...recipe));
}

describe('docs/format.md', () => {
  it('numbers its sections without a gap, and the code refers to sections that there are', () => {
    const headings = sectionsOf(document).map(({ heading }) => heading);
    expect(headings.map((heading) => Number.parseInt(heading, 10))).toEqual(
      headings.map((_, index) => index + 1),
    );
    const references = repositoryFiles('src').flatMap((path) =>
      [...read(path).matchAll(/docs\/format\.md §(\d+)/g)].map(([, number]) => Number(number)),
    );
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((number) => number > headings.length)).toEqual([]);
  });

  it('lists every limit with its value in figures', () => {
    const rows = tableRows(sectionOf(document, '11 Limits')).map(([name = '', value = '']) => [
      name.replaceAll('`', ''),
      Number(/^(\d+)$|\((\d+)\)$/.exec(value)?.slice(1).find(Boolean)),
    ]);
    expect(Object.fromEntries(rows)).toEqual({ ...limits });
  });

  it('describes every field of the test vectors, and no other', () => {
    const { recomputed, vectors } = JSON.parse(read('testdata/vectors/vectors.json')) as {
      readonly recomputed: object;
      readonly vectors: readonly object[];
    };
    const used = [...new Set(vectors.flatMap((vector) => Object.keys(vector)))];
    const described = tableRows(sectionOf(document, '14 Test vectors')).map(([name = '']) =>
      codeIn(name),
    );
    expect(described.toSorted()).toEqual([...used, ...Object.keys(recomputed)].toSorted());
  });

  it('says how many documents show the canonical text', () => {
    const lines = ['canonical-yaml', 'canonical-classes'].map(
      (name) => read(`testdata/aicr-goldens/${name}.jsonl`).trim().split('\n').length,
    );
    const all = lines.reduce((sum, count) => sum + count);
    expect(document).toContain(`has ${all} documents with what yaml.v3 writes for them`);
  });

  const tables = tableRows(sectionOf(document, '10 Documents of AICR'));
  const isKind = ([first = '']: readonly string[]): boolean => /^`[A-Z][A-Za-z]+`$/.test(first);

  it('shows the canonical text of ten documents', () => {
    const pairs = tables
      // The table of types has two columns.
      .filter((row) => !isKind(row) && row.length === 3)
      .map((row) => row.map((cell) => codeIn(cell).replaceAll('⏎', '\n')));
    expect(pairs).toHaveLength(10);
    for (const [text = '', canonical = ''] of pairs) {
      const bytes = Buffer.from(`${text}\n`);
      expect(canonicalRecipe(bytes, 'recipe.yaml', 'legacy')).toBe(`${canonical}\n`);
    }
  });

  it('names the types that the code names', () => {
    for (const type of [STATEMENT_TYPE, PREDICATE_TYPE_V3, SIGSTORE_BUNDLE_TYPE]) {
      expect(document).toContain(`\`${type}\``);
    }
  });

  it.each(tables.filter(isKind))(
    'says of %s which apiVersions are current and which are retired',
    (kindCell = '', currentCell = '', retiredCell = '') => {
      const kind = codeIn(kindCell) as DocumentKind;
      const accepted = (apiVersion: string): { readonly retired: boolean } =>
        acceptHeader(
          new ObjectReader(
            new Map([
              ['kind', kind],
              ['apiVersion', apiVersion],
            ]),
            'document.yaml',
          ),
          kind,
        );
      for (const apiVersion of codesIn(currentCell)) {
        expect(isSupportedApiVersion(kind, apiVersion)).toBe(true);
        expect(accepted(apiVersion).retired).toBe(false);
      }
      for (const apiVersion of codesIn(retiredCell)) {
        expect(accepted(apiVersion).retired).toBe(true);
      }
      const known = [...codesIn(currentCell), ...codesIn(retiredCell)];
      // The refusal of an unknown one lists all that are known.
      expect(() => accepted('aicr.run/v9')).toThrow(
        expect.objectContaining({
          expected: `${codesIn(currentCell).join(' or ')}; retired, but read: ${known.slice(codesIn(currentCell).length).join(', ')}`,
        }),
      );
    },
  );
});

describe('the vector in docs/format.md', () => {
  const section = sectionOf(document, '12 Verifying with nothing of ours');
  const [emit = '', verify = ''] = [...section.matchAll(/```sh\n(.*?)```/gs)].map(
    ([, code]) => code,
  );
  const digests = new Map(
    tableRows(section).map(([what = '', digest = '']) => [what, codeIn(digest)]),
  );
  const folder = mkdtempSync(join(tmpdir(), 'affidavit-vector-'));
  const unpacked = join(folder, 'unpacked');

  beforeAll(async () => {
    cpSync(join(ROOT, 'testdata/demo'), folder, { recursive: true });
    const [epoch = '', ...words] = emit.replaceAll('\\\n', ' ').trim().split(/\s+/);
    const [name = '', value = ''] = epoch.split('=');
    const { code, stderr } = await runProgram(words.slice(1), {
      cwd: folder,
      env: { [name]: value },
    });
    expect(stderr).not.toContain('error:');
    expect(code).toBe(0);
    mkdirSync(unpacked);
    const tar = spawnSync('tar', ['-xzf', '../vector.tar.gz'], { cwd: unpacked });
    expect(tar.status).toBe(0);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is made again by its command, file for file', () => {
    for (const [what, digest] of digests) {
      const [path] = codesIn(what);
      if (path === undefined) continue;
      expect([path, hexOf(digestOf(readFileSync(join(unpacked, path))))]).toEqual([path, digest]);
    }
    expect(digests.size).toBe(6);
  });

  it('has the recipe digest that our rule and the shell command give', () => {
    const digest = digests.get('recipe digest, version 3');
    const recipe = readFileSync(join(unpacked, 'recipe.yaml'));
    expect(recipeDigest(recipe, 'recipe.yaml', 'v3')).toBe(digest);
    expect(shellDigest(unpacked)).toBe(digest);
  });

  const resolved = 'testdata/aicr-goldens/resolved';
  const other = 'apiVersion: aicr.run/v1\nkind: RecipeResult\n';
  it.each<readonly [string, string]>([
    ...readdirSync(join(ROOT, resolved)).map(
      (name) => [name, read(`${resolved}/${name}`)] as const,
    ),
    ['metadata with a version alone', `${other}metadata:\n  version: v1.0.0\nz: 1\n`],
    ['a version at the end', `${other}metadata:\n  appliedOverlays: [base]\n  version: v1.0.0\n`],
    ['a version alone at the end', `${other}metadata:\n  version: v1.0.0\n`],
    ['a version of two lines', `${other}metadata:\n  version: |\n    v1\n\n    v2\n  x: 1\nz: 1\n`],
    ['a version that is empty', `${other}metadata:\n  version:\n  x: 1\n`],
    [
      'keys that begin like it',
      `${other}metadata:\n  version:x: 1\n  versions: 2\n  x: {version: 3}\n`,
    ],
    ['versions elsewhere', `${other}metadata:\n  x: 1\n  y:\n    version: 2\nz:\n  version: 3\n`],
    ['empty metadata', `${other}metadata: {}\n`],
    ['no metadata', other],
  ])('gives the digest of a recipe by the shell command: %s', (_, text) => {
    const name = 'recipe.yaml';
    const at = mkdtempSync(join(folder, 'digest-'));
    writeFileSync(join(at, name), canonicalRecipe(Buffer.from(text), name, 'legacy'));
    expect(shellDigest(at)).toBe(recipeDigest(Buffer.from(text), name, 'v3'));
  });

  /** The commands in the unpacked vector; cosign finds everything good. */
  function judgedByShell(vector: string): number | null {
    const at = join(mkdtempSync(join(folder, 'vector-')), 'unpacked');
    mkdirSync(at);
    const archive = join(ROOT, 'testdata/vectors', `${vector}.tar.gz`);
    expect(spawnSync('tar', ['-xzf', archive], { cwd: at }).status).toBe(0);
    return spawnSync('sh', ['-c', `cosign() { :; }\n${verify}`], { cwd: at }).status;
  }

  it.each(['good', 'good-further-file', 'good-statement-on-one-line', 'phase-test-failed'])(
    'is taken by the shell commands: %s',
    (vector) => {
      expect(judgedByShell(vector)).toBe(0);
    },
  );

  it.each([
    ...['recipe-changed', 'claim-recipe-digest', 'payload-changed', 'statement-differs'],
    ...['manifest-changed', 'file-changed', 'file-missing', 'file-added', 'claim-phase-count'],
  ])('is refused by the shell commands: %s', (vector) => {
    expect(judgedByShell(vector)).not.toBe(0);
  });

  function shellDigest(cwd: string): string {
    const [command] = /^digest=[^]*?\)$/m.exec(verify) ?? [];
    return spawnSync('sh', ['-c', `${command}; printf %s "$digest"`], { cwd, encoding: 'utf8' })
      .stdout;
  }
});
