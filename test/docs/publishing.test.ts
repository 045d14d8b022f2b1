// The commands of docs/guides/publishing.md, against registries in this process and a sandbox for the login.
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { scratch } from '../io/scratch.ts';
import { withRegistry } from '../oci/registry.ts';
import { ROOT } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { read } from './repository.ts';

/** Each one as it is written, on one line. */
const COMMANDS = [...read('docs/guides/publishing.md').matchAll(/```sh\n(.*?)```/gs)].flatMap(
  ([, block = '']) => block.replaceAll('\\\n', ' ').trim().split('\n'),
);

const POINTER = 'recipes/evidence/RECIPE/SOURCE/sha256-DIGEST.yaml';

/** What a reader has to fill in. */
function filledIn(command: string, known: ReadonlyMap<string, string>): readonly string[] {
  let text = command;
  for (const [placeholder, value] of known) text = text.replaceAll(placeholder, value);
  return text.split(/ +/).slice(1);
}

function pointerIn(folder: string): string {
  const files = readdirSync(join(folder, 'recipes/evidence'), { recursive: true }).map(String);
  return `recipes/evidence/${files.find((file) => file.endsWith('.yaml'))}`;
}

it('does what it says, from the run to the copy', async () => {
  expect(COMMANDS).toHaveLength(7);
  const folder = scratch();
  cpSync(join(ROOT, 'testdata/demo'), folder, { recursive: true });
  mkdirSync(join(folder, 'recipes/evidence'), { recursive: true });
  await withRegistry({}, async (registry) => {
    await withRegistry({}, async (copy) => {
      const known = new Map([
        ['ghcr.io/you', `${registry.host}/you`],
        ['quay.io/you', `${copy.host}/you`],
        ['--login browser', '--sandbox'],
        [
          'WHO',
          `${SANDBOX_IDENTITY} --trusted-root evidence.tar.gz.attestation.json.sandbox/trusted_root.json`,
        ],
        ['ISSUER', SANDBOX_ISSUER],
      ]);
      for (const command of COMMANDS) {
        const isByPointer = command.includes(POINTER);
        if (isByPointer) known.set(POINTER, pointerIn(folder));
        const named = isByPointer ? ['--registry', registry.host, '--registry', copy.host] : [];
        const words = [...filledIn(command, known), ...named];
        const run = await runProgram(words, {
          cwd: folder,
          env: { SOURCE_DATE_EPOCH: '1781054400' },
        });
        expect([command, run.code, run.stderr]).toEqual([command, 0, expect.anything()]);
      }
    });
  });
});
