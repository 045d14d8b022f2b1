// How much a command says: --quiet leaves the exit code and errors, --verbose adds how it was done.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { COMMANDS, findCommand } from '../../src/cli/command-table.ts';
import { repositoryOf } from '../oci/client.ts';
import { push } from '../oci/pushed.ts';
import { withRegistry } from '../oci/registry.ts';
import { ARTIFACT } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import { ATTESTATION, archiveOf, makeEvidence, withFile } from './evidence.ts';

const evidence = await makeEvidence();
const cwd = evidence.folder;
mkdirSync(join(cwd, 'many'));
writeFileSync(join(cwd, 'many/a.tar.gz'), await archiveOf(evidence.files));
writeFileSync(join(cwd, 'many/b.tar.gz'), await archiveOf(withFile(evidence.files, ATTESTATION)));

async function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return await runProgram(words, { cwd, env });
}

const ONE = ['verify-evidence', 'many/a.tar.gz', ...evidence.pin];
const MANY = ['verify-evidence', 'many', ...evidence.pin];
const NOTHING = { stdout: '', stderr: '' };

describe('--quiet', () => {
  it.each([
    ['one that is verified', ONE, 0],
    ['one that is not', ['verify-evidence', 'many/b.tar.gz', ...evidence.pin], 4],
    ['many, by threads', [...MANY, '--jobs', '2'], 4],
    ['many in JSON', [...MANY, '--jobs', '1', '-f', 'jsonl'], 4],
    ['a list', ['evidence', 'list', 'many/a.tar.gz', ...evidence.pin, '--jobs', '1'], 0],
    ['a difference', ['evidence', 'diff', 'many/a.tar.gz', 'many/b.tar.gz', ...evidence.pin], 1],
  ])('leaves of %s only the exit code', async (_, words, code) => {
    expect(await run([...words, '--quiet'])).toMatchObject({ code, ...NOTHING });
  });

  it('writes a report into a file that is asked for', async () => {
    const files = ['-f', 'json=report.json', '-f', 'markdown'];
    expect(await run([...ONE, ...files, '--quiet'])).toMatchObject({ code: 0, ...NOTHING });
    const plain = await run([...ONE, '-f', 'json']);
    expect(readFileSync(join(cwd, 'report.json'), 'utf8')).toBe(plain.stdout);
  });

  it('says errors all the same, but not in JSON on standard output', async () => {
    const { code, stdout, stderr } = await run(['verify-evidence', 'no', '-f', 'json', '--quiet']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^error: FILE_UNREADABLE /);
  });

  it('prints what a command without forms was asked for', async () => {
    const recipe = join(import.meta.dirname, '../../testdata/demo/recipe.yaml');
    const plain = await run(['recipe', 'digest', recipe]);
    expect(plain.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    const quiet = await run(['recipe', 'digest', recipe, '--quiet']);
    expect(quiet).toMatchObject({ code: 0, stdout: plain.stdout, stderr: '' });
  });
});

describe('--verbose', () => {
  it('says what is read, root, judges, policy and times, and changes no report', async () => {
    const plain = await run([...ONE, '-f', 'json']);
    const { code, stdout, stderr } = await run([...ONE, '-f', 'json', '--verbose']);
    expect([code, stdout]).toEqual([0, plain.stdout]);
    expect(plain.stderr).toBe('');
    const lines = stderr.trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('affidavit: '))).toEqual([]);
    for (const line of [
      /^affidavit: reading many\/a\.tar\.gz: \d+ bytes$/m,
      /^affidavit: trusted root .*trusted_root\.json, sha256:[0-9a-f]{64}; signatures are for both judges$/m,
      /^affidavit: policy: of flags; 1 signer$/m,
      /^affidavit: verifying: \d+ ms$/m,
      /^affidavit: affidavit verify-evidence: \d+ ms$/m,
    ]) {
      expect(stderr).toMatch(line);
    }
  });

  it('says which bundle took how long', async () => {
    const { stderr } = await run([...MANY, '--jobs', '1', '--verbose', '--judge', 'own']);
    expect(stderr).toMatch(/^affidavit: verifying many\/b\.tar\.gz: \d+ ms$/m);
    expect(stderr).toContain('signatures are for our own judge alone\n');
  });

  it('says each request with method, host and status, and neither its path nor a login', async () => {
    await withRegistry({}, async (registry) => {
      await push(repositoryOf(registry));
      Object.assign(registry.faults, { wants: 'basic', takes: 'Basic dXNlcjpodW50ZXIyMg==' });
      registry.asked.length = 0;
      const auths = { [registry.host]: { auth: 'dXNlcjpodW50ZXIyMg==' } };
      writeFileSync(join(cwd, 'config.json'), JSON.stringify({ auths }));
      const ref = `oci://${registry.host}/evidence@${ARTIFACT.digest}`;
      const words = ['evidence', 'status', ref, '--format', 'json', '--verbose'];
      const { code, stderr } = await run(words, { DOCKER_CONFIG: cwd });
      expect(code).toBe(0);
      const asked = stderr.split('\n').filter((line) => / (?:GET|HEAD) /.test(line));
      expect(asked.length).toBe(registry.asked.length);
      const host = registry.host.replace('.', String.raw`\.`);
      for (const line of asked) {
        expect(line).toMatch(
          new RegExp(`^affidavit: (?:GET|HEAD) ${host}: (?:200|401|404), \\d+ ms$`),
        );
      }
      expect(asked.some((line) => line.includes(': 401,'))).toBe(true);
      expect(stderr).not.toMatch(/dXNlc|hunter|\/v2\//);
    });
  });

  it('repeats no secret, and nothing that changes a terminal', async () => {
    const name = 'correct-horse-battery\u001B[2J.tar.gz';
    writeFileSync(join(cwd, name), '');
    const words = ['verify-evidence', name, '--verbose'];
    const { stderr } = await run(words, { COSIGN_PASSWORD: 'correct-horse-battery' });
    expect(stderr).toContain(String.raw`affidavit: reading …\u001b[2J.tar.gz: 0 bytes`);
    expect(stderr).not.toContain('horse');
  });
});

describe('both', () => {
  it('at once are 64', async () => {
    const { code, stderr } = await run([...ONE, '--quiet', '--verbose']);
    expect(code).toBe(64);
    expect(stderr).toContain('found: --verbose beside it\n');
  });

  it.each(Object.keys(COMMANDS))('are flags of %s', async (name) => {
    expect(Object.keys((await findCommand(name))?.flags ?? {})).toEqual(
      expect.arrayContaining(['quiet', 'verbose']),
    );
  });

  it('are not in the command that repeats a verification', async () => {
    const { stdout } = await run([...ONE, '--verbose', '-f', 'json=-']);
    expect(JSON.parse(stdout)).toMatchObject({ repeat: ['affidavit', ...ONE] });
  });
});
