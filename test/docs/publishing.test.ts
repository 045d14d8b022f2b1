// The commands of the guides to registries, against registries in this process and a sandbox for the signer.
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { scratch } from '../io/scratch.ts';
import type { TestRegistry } from '../oci/call.ts';
import { withRegistry } from '../oci/registry.ts';
import { ROOT } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { EPOCH, commandsOf, run } from './guide-commands.ts';
import { read } from './repository.ts';

const TREE = 'recipes/evidence';

/** The demo beside an empty tree of evidence, and two registries. */
async function withCheckout(
  use: (folder: string, registry: TestRegistry, copy: TestRegistry) => Promise<void>,
): Promise<void> {
  const folder = scratch();
  cpSync(join(ROOT, 'testdata/demo'), folder, { recursive: true });
  mkdirSync(join(folder, TREE), { recursive: true });
  await withRegistry({}, async (registry) => {
    await withRegistry({}, async (copy) => {
      await use(folder, registry, copy);
    });
  });
}

/** Below the tree, sorted. */
function pointersIn(folder: string): readonly string[] {
  const names = readdirSync(join(folder, TREE), { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.yaml')).map((name) => `${TREE}/${name}`);
}

describe('docs/guides/publishing.md', () => {
  const [steps = ''] = read('docs/guides/publishing.md').split('## Or have a workflow sign');
  const commands = commandsOf(steps);

  it('does what it says, from the run to the copy', async () => {
    expect(commands).toHaveLength(7);
    await withCheckout(async (folder, registry, copy) => {
      const known = new Map([
        ['ghcr.io/you', `${registry.host}/you`],
        ['quay.io/you', `${copy.host}/you`],
        ['--login browser', '--sandbox'],
        ['WHO', SANDBOX_IDENTITY],
        [
          'ISSUER',
          `${SANDBOX_ISSUER} --trusted-root evidence.tar.gz.attestation.json.sandbox/trusted_root.json`,
        ],
      ]);
      const pointer = `${TREE}/RECIPE/SOURCE/sha256-DIGEST.yaml`;
      const allowed = ` --registry ${registry.host} --registry ${copy.host}`;
      for (const command of commands) {
        const isByPointer = command.includes(pointer);
        if (isByPointer) known.set(pointer, pointersIn(folder)[0] ?? '');
        await run(`${command}${isByPointer ? allowed : ''}`, folder, known);
      }
    });
  });
});

describe('docs/guides/registries.md', () => {
  const [packed = ''] = commandsOf(read('docs/guides/publishing.md'));
  const commands = commandsOf(read('docs/guides/registries.md'));

  it('does what it says of an internal registry, and without a network', async () => {
    expect(commands).toHaveLength(4);
    await withCheckout(async (folder, registry, copy) => {
      await run(packed, folder, new Map());
      const publish = ['evidence', 'publish', 'evidence.tar.gz', `oci://${registry.host}/you/e`];
      const options = { cwd: folder, env: EPOCH };
      const { stdout } = await runProgram([...publish, '--sandbox'], options);
      const root = 'evidence.tar.gz.attestation.json.sandbox/trusted_root.json';
      const known = new Map([
        ['ghcr.io/you/aicr-evidence@sha256:DIGEST', stdout.trim()],
        ['sha256:DIGEST', stdout.trim().replace(/.*@/, '')],
        ['registry.corp.example', copy.host],
        ['WHO', SANDBOX_IDENTITY],
        ['ISSUER', `${SANDBOX_ISSUER} --trusted-root ${root}`],
      ]);
      for (const command of commands) await run(command, folder, known);
    });
  });
});
