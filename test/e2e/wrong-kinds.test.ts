// Every input of every command, given a file of each kind: no hint names a flag that the called command lacks.

import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import type { Command, Flag } from '../../src/cli/call/command.ts';
import { inputNames } from '../../src/cli/call/inputs.ts';
import { COMMANDS, findCommand } from '../../src/cli/command-table.ts';
import { tar } from '../archive/tar-parts.ts';
import { INPUTS, OUT, UNSIGNED, Workplace } from './emit.ts';

const WRONG: Readonly<Record<string, string | Buffer>> = {
  'wrong-recipe.yaml': 'kind: RecipeResult\napiVersion: aicr.run/v9\n',
  'wrong-snapshot.yaml': 'kind: Snapshot\napiVersion: aicr.run/v9\n',
  'wrong-overlay.yaml': 'kind: RecipeMetadata\napiVersion: aicr.run/v1beta1\nspec: {}\n',
  'wrong-registry.yaml': 'kind: ComponentRegistry\napiVersion: aicr.run/v1beta1\n',
  'wrong-list.yaml': 'apiVersion: v1\nkind: List\nitems: []\n',
  'wrong-results.json': '{"reportFormat": "CTRF", "results": {}}',
  'wrong-policy.json': '{"schemaVersion": "1.0.0", "signers": []}',
  'wrong-openings.json': '{"schemaVersion": "1.0.0", "scheme": "a", "secret": "b"}',
  'wrong.tar.gz': gzipSync(tar({ name: 'manifest.json', content: '{}' })),
  'wrong.log': 'nothing but text\n',
};

/** What else a command is given, by the name of the flag or argument. */
const OTHER: Readonly<Record<string, string>> = {
  recipe: 'recipe.yaml',
  snapshot: 'snapshot.yaml',
  results: 'results',
  data: 'results',
  'emit-evidence': 'new.tar.gz',
  output: 'new.json',
  oci: `ghcr.io/you/evidence@sha256:${'0'.repeat(64)}`,
  what: 'root',
  input: OUT,
  bundle: OUT,
  openings: 'openings.json',
};

const commands = await Promise.all(
  Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const),
);
function wordsOf(command: Command, input: string, file: string): readonly string[] {
  const given = (name: string): string => (name === input ? file : (OTHER[name] ?? 'wrong.log'));
  const needed = new Set([input, 'results', ...(command.flags[input]?.dependsOn ?? [])]);
  const isNeeded = (name: string, flag: Flag): boolean => needed.has(name) || 'required' in flag;
  const flags = Object.entries(command.flags).flatMap(([name, flag]) => {
    if (!isNeeded(name, flag)) return [];
    return flag.type === 'switch' ? [`--${name}`] : [`--${name}`, given(name)];
  });
  return [...Object.keys(command.args).map((name) => given(name)), ...flags];
}

/** The flags that a text names, each with the command that it is said to be of. */
function flagsIn(text: string): readonly (readonly [command: string, flag: string])[] {
  const found = text.matchAll(/(?:affidavit ([a-z-]+(?: [a-z]+)?)[^;]*? )?--([a-z-]+)/g);
  return [...found].map(([, command = '', flag = '']) => [command, flag] as const);
}

describe('a file of the wrong kind', () => {
  it.each(commands)(
    'for an input of %s is named without flags of others',
    async (name, command) => {
      const place = new Workplace();
      for (const [file, content] of Object.entries(WRONG)) place.write(file, content);
      await place.run(['validate', ...INPUTS, ...UNSIGNED, '--openings', 'openings.json']);
      const calls = inputNames(command).flatMap((input) =>
        Object.keys(WRONG).map((file) => [...name.split(' '), ...wordsOf(command, input, file)]),
      );
      for (const words of calls) {
        const { stdout, stderr } = await place.run(words);
        const said = (stderr + stdout).match(/(?<=next: |\*\*Next:\*\* ).*/g) ?? [];
        for (const [of, flag] of said.flatMap((text) => flagsIn(text.replaceAll('`', '')))) {
          const { flags } = (await findCommand(of)) ?? command;
          const known = Object.keys(flags).map((each) => `${each} after ${words.join(' ')}`);
          expect(known).toContain(`${flag} after ${words.join(' ')}`);
        }
      }
    },
  );
});
