// The workflow in docs/guides/hand-in.md. Its commands, and those of the page: publishing.test.ts.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { mapIn } from '../../src/document/data.ts';
import { decodeYaml } from '../../src/document/yaml.ts';
import { scratch } from '../io/scratch.ts';
import { read } from './repository.ts';

const [, text = ''] = /```yaml\n(.*?)```/s.exec(read('docs/guides/hand-in.md')) ?? [];

it('may commit, sign and attach, and nothing else', () => {
  const workflow = mapIn(decodeYaml(Buffer.from(text), 'workflow.yaml'));
  expect(workflow.get('permissions')).toEqual(
    new Map(['contents', 'id-token', 'packages'].map((name) => [name, 'write'])),
  );
});

it('signs all flat pointers with one call, and neither those that are signed nor the allowlist', () => {
  const [, line = ''] = /run: (find .*)/.exec(text) ?? [];
  const folder = scratch();
  const tree = join(folder, 'recipes/evidence');
  const call = (): string =>
    execFileSync('sh', ['-c', line.replace('affidavit', 'echo')], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  mkdirSync(join(tree, 'a/0123'), { recursive: true });
  for (const name of ['allowlist.yaml', 'a/0123/sha256-ab.yaml', 'a.yaml.attestation.json']) {
    writeFileSync(join(tree, name), '');
  }
  expect(call()).toBe('');
  for (const name of ['a.yaml', 'b.yaml']) writeFileSync(join(tree, name), '');
  const [, , ...paths] = call().split(' ');
  expect(paths.toSorted()).toEqual(['recipes/evidence/a.yaml', 'recipes/evidence/b.yaml']);
  expect(call()).toMatch(/^evidence sign /);
});
