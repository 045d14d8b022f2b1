// A look into evidence that nobody signed: nothing is verified, so no signature is needed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { NOT_VERIFIED } from '../../src/report/render/bundle-files.ts';
import { archiveOf, flipped } from '../e2e/evidence.ts';
import { pushBundle } from '../oci/evidence.ts';
import { withRegistry } from '../oci/registry.ts';
import type { Run } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-show-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RECIPE = Buffer.from('kind: RecipeResult\n# \u001B[2J\n');
const LOG = Buffer.alloc(70_000, 'a line of a log\n');
const FILES = new Map([
  ['ctrf/deployment.json', Buffer.from('{}')],
  ['logs/deployment/a.log', LOG],
  ['manifest.json', Buffer.from('{}')],
  ['recipe.yaml', RECIPE],
]);
const archive = await archiveOf(FILES);
const path = join(folder, 'evidence.tar.gz');
writeFileSync(path, archive);

async function show(...words: string[]): Promise<Run> {
  return await runProgram(['evidence', 'show', ...words]);
}

describe('evidence show BUNDLE', () => {
  it('lists the files with sizes and digests, and says first that nothing is verified', async () => {
    const { code, stdout, stderr } = await show(path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      NOT_VERIFIED,
      `4 files, ${70_002 + 2 + RECIPE.length} bytes`,
    ]);
    for (const [name, bytes] of FILES) {
      const line = lines.find((each) => each.trim().startsWith(name.split('/').at(-1) ?? ''));
      expect(line).toMatch(new RegExp(`  ${bytes.length}  ${digestOf(bytes)}$`));
    }
  });

  it('is the same of a directory, its parent, an OCI layout’s artifact and a registry', async () => {
    const { stdout } = await show(path);
    const parent = join(folder, 'parent');
    for (const [name, bytes] of FILES) {
      const file = join(parent, 'summary-bundle', name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, bytes);
    }
    expect((await show(join(parent, 'summary-bundle'))).stdout).toBe(stdout);
    expect((await show(parent)).stdout).toBe(stdout);
    expect((await runProgram(['evidence', 'show', '-'], { stdin: archive })).stdout).toBe(stdout);
    await withRegistry({}, async (registry) => {
      const { digest } = pushBundle(registry, archive);
      const fetched = await show(`oci://${registry.host}/evidence@${digest}`);
      expect(fetched).toMatchObject({ code: 0, stdout });
    });
  });

  it('refuses bytes that are not those of the digest', async () => {
    await withRegistry({}, async (registry) => {
      const { digest } = pushBundle(registry, archive);
      // The last byte is of the length in gzip's trailer.
      registry.blobs.set(digestOf(archive), flipped(archive, archive.length - 1));
      const { code, stdout, stderr } = await show(`oci://${registry.host}/evidence@${digest}`);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: (?:REGISTRY_BYTES_OTHER|ARCHIVE_UNREADABLE) /);
    });
  });

  it('refuses what is no bundle, as a verification does', async () => {
    const { code, stdout, stderr } = await show('package.json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error: ARCHIVE_UNREADABLE ');
    expect((await show(join(folder, 'gone.tar.gz'))).code).toBe(3);
  });
});

describe('a folder that is no bundle', () => {
  const place = join(folder, 'no-bundle');
  mkdirSync(join(place, 'summary-bundle'), { recursive: true });
  writeFileSync(join(place, 'recipe.yaml'), RECIPE);
  writeFileSync(join(place, 'summary-bundle/recipe.yaml'), RECIPE);

  it.each([[[]], [['recipe.yaml']], [['recipe.yaml', '-o', '-']]])(
    'is 2, also with the words %j, and shows nothing',
    async (words) => {
      const { code, stdout, stderr } = await show(place, ...words);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('error: BUNDLE_INCOMPLETE ');
      expect(stderr).toContain(
        'found: a directory without manifest.json and statement.intoto.json\n want: the directory of a bundle, or the one around its summary-bundle\n',
      );
    },
  );

  it('is shown as soon as one of the two is in it', async () => {
    writeFileSync(join(place, 'summary-bundle/manifest.json'), '{}');
    const { code, stdout } = await show(place);
    expect(code).toBe(0);
    expect(stdout).toContain('manifest.json');
  });
});

describe('evidence show BUNDLE PATH', () => {
  it('prints the file, safe for a terminal, below its digest', async () => {
    const { code, stdout } = await show(path, './recipe.yaml');
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${NOT_VERIFIED}\nrecipe.yaml: ${RECIPE.length} bytes, ${digestOf(RECIPE)}\n\nkind: RecipeResult\n# \\u001b[2J\n`,
    );
  });

  it('prints the start of a big one, and the command that gives all of it', async () => {
    const { stdout } = await show(path, 'logs/deployment/a.log');
    expect(stdout).toContain(`70000 bytes, ${digestOf(LOG)}\n`);
    expect(stdout).toMatch(
      /… and 4464 more bytes\. All of it: affidavit evidence show .*\.tar\.gz logs\/deployment\/a\.log --output FILE\n$/,
    );
  });

  it('gives the bytes with --output, in a file or on standard output', async () => {
    const output = join(folder, 'out.log');
    const { code, stdout, stderr } = await show(path, 'logs/deployment/a.log', '--output', output);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: `affidavit: ${NOT_VERIFIED}\n`,
    });
    expect(readFileSync(output).equals(LOG)).toBe(true);
    expect((await show(path, 'recipe.yaml', '-o', '-')).stdout).toBe(RECIPE.toString());
  });

  it.each([
    ['recipe.yml', 'did you mean "recipe.yaml"?'],
    ['ctrf', 'name a file in it, e.g. ctrf/deployment.json'],
    ['zzzzzzzzzzzz', 'leave PATH out: then all files are listed'],
  ])('has no %s, says what was meant, and writes nothing', async (name, hint) => {
    const output = join(folder, 'nothing');
    const { code, stderr } = await show(path, name, '--output', output);
    expect(code).toBe(64);
    expect(stderr).toContain(`error: USAGE `);
    expect(stderr).toContain(`   at: PATH\nfound: "${name}"\n`);
    expect(stderr).toContain(` next: ${hint}\n`);
    expect(() => readFileSync(output)).toThrow('ENOENT');
  });

  it.each([
    [['a', 'b', 'c'], 'c'],
    [['a', '--allow-tag'], '--allow-tag'],
    [[], 'BUNDLE'],
  ])('is called wrongly with %j', async (words, found) => {
    const { code, stderr } = await show(...words.map((word) => (word === 'a' ? path : word)));
    expect(code).toBe(64);
    expect(stderr).toContain(found);
  });

  it('replaces nothing that is read', async () => {
    expect((await show(path, 'recipe.yaml', '--output', path)).code).toBe(64);
    expect(readFileSync(path).equals(archive)).toBe(true);
  });
});
