// The Node that is too old, told apart from a bug: by the program, by the library and by ./dev.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { ERROR_CATALOGUE } from '../../src/errors/catalogue.ts';
import { read } from '../docs/repository.ts';
import { PROGRAM, ROOT } from '../run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-node-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DISGUISE = join(folder, 'disguise.cjs');
writeFileSync(
  DISGUISE,
  `const node = process.env.DISGUISED_AS;
  Object.defineProperty(process, 'version', { value: 'v' + node });
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node } });`,
);

function run(version: string, command: string, ...args: readonly string[]) {
  const env = { ...process.env, NODE_OPTIONS: `--require ${DISGUISE}`, DISGUISED_AS: version };
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8', cwd: ROOT });
  return { code: status, stdout, stderr };
}

const IMPORT = `import('affidavit').then(
  ({ validate }) => console.log(typeof validate),
  ({ name, code, found, expected, hint }) => console.log([name, code, found, expected, hint].join(', ')),
)`;
const SUPPORTED = /^supported\(\).*?^\}/ms.exec(read('dev'))?.[0] ?? '';
const { engines } = JSON.parse(read('package.json')) as { readonly engines: { node: string } };

describe.each([
  ['18.20.8', false],
  ['20.20.2', false],
  ['22.22.1', false],
  ['22.22.2', true],
  ['22.23.0', true],
  ['23.11.1', false],
  ['24.14.9', false],
  ['24.15.0', true],
  ['25.9.0', false],
  ['26.0.0', true],
  ['30.1.0', true],
])('Node %s', (version, isSupported) => {
  it(`is ${isSupported ? 'taken' : 'refused'} by the program`, () => {
    const { code, stdout, stderr } = run(version, process.execPath, PROGRAM, '--version');
    const refusal = [
      `error: NODE_UNSUPPORTED ${ERROR_CATALOGUE.NODE_UNSUPPORTED[1]}`,
      `found: v${version}`,
      ` want: ${engines.node}`,
      ' next: install one of these, or run ./dev affidavit in a checkout, which brings one',
      '',
    ].join('\n');
    expect([code, stderr, stdout !== '']).toEqual(
      isSupported ? [0, '', true] : [3, refusal, false],
    );
  });

  it(`is ${isSupported ? 'taken' : 'refused'} by the library`, () => {
    const { stdout } = run(version, process.execPath, '-e', IMPORT);
    const refusal = `EvidenceError, NODE_UNSUPPORTED, v${version}, ${engines.node}, install one of these`;
    expect(stdout.trim()).toBe(isSupported ? 'function' : refusal);
  });

  it(`is ${isSupported ? 'taken' : 'passed over'} by ./dev`, () => {
    const { code } = run(version, 'sh', '-c', `${SUPPORTED}\nsupported '${process.execPath}'`);
    expect(code).toBe(isSupported ? 0 : 1);
  });
});
