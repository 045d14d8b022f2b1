// The programs in docs/library.md, compiled and run in a project that depends on this package.
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { read, sectionOf } from '../docs/repository.ts';
import { withRegistry } from '../oci/registry.ts';
import { PROGRAM, ROOT } from '../run-cli.ts';

/** In this order: what one writes the next reads. */
const PROGRAMS = ['Pack', 'Verify', 'Sign', 'Registries'];

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const project = mkdtempSync(join(tmpdir(), 'affidavit-consumer-'));

/** As strict as a consumer may be; what the packages' own types say is checked too. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    types: ['node'],
    outDir: 'out',
    rootDir: '.',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
  },
  include: ['*.ts'],
};

function blockOf(heading: string, language: string): string {
  const section = sectionOf(read('docs/library.md'), heading);
  return new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(section)?.[1] ?? '';
}

function run(args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    cwd: project,
  });
  return { code: status, stdout, stderr };
}

function resolveCode(name: string): number | null {
  return run(['--input-type=module', '-e', `import.meta.resolve(${JSON.stringify(name)})`]).code;
}

beforeAll(() => {
  cpSync(join(ROOT, 'testdata/demo'), project, { recursive: true });
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync(ROOT, join(project, 'node_modules/affidavit'));
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }');
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  for (const heading of PROGRAMS) {
    writeFileSync(join(project, `${heading.toLowerCase()}.ts`), blockOf(heading, 'ts'));
  }
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('a program that uses the library', () => {
  it('compiles', () => {
    expect(run([TSC, '-p', '.'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each(PROGRAMS.slice(0, -1))('does what docs/library.md, %s, says', (heading) => {
    const program = join('out', `${heading.toLowerCase()}.js`);
    const sandbox = [PROGRAM, 'sandbox', '--dir', 'sandbox', '--', process.execPath];
    const ran = run(heading === 'Sign' ? [...sandbox, program] : [program]);
    expect(ran).toEqual({ code: 0, stdout: blockOf(heading, 'text'), stderr: ran.stderr });
  });

  it('does what docs/library.md, Registries, says', async () => {
    await withRegistry({}, async ({ host, asked }) => {
      const env = { ...process.env, REGISTRY: host };
      // The registry answers in this process.
      const running = promisify(execFile)(process.execPath, ['out/registries.js'], {
        ...{ cwd: project, env },
      });
      expect((await running).stdout).toBe(blockOf('Registries', 'text'));
      expect(asked).toContain('PUT /v2/you/evidence/manifests/v1');
    });
  });

  it('finds the schemas, and nothing that is not exported', () => {
    expect(resolveCode('affidavit/schemas/report.schema.json')).toBe(0);
    expect(resolveCode('affidavit/package.json')).toBe(0);
    expect(resolveCode('affidavit/dist/errors.js')).toBe(1);
  });

  it('sees no name that docs/library.md tells of and the library lacks', async () => {
    const library = (await import('../../src/index.ts')) as Readonly<Record<string, unknown>>;
    const section = sectionOf(read('docs/library.md'), 'What else is exported');
    const names = [...section.matchAll(/`([A-Za-z_]+)`/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in library))).toEqual([]);
  });
});
