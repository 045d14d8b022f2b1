import { linkSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Command, Flag } from '../../src/cli/call/command.ts';
import { inputNames, READ_VALUES } from '../../src/cli/call/inputs.ts';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { scratch } from '../io/scratch.ts';
import { runProgram } from '../run-here.ts';

/** The values of flags that name nothing to read. */
const OTHER_VALUES =
  'BRANCH COUNT D DIGEST DURATION FOLDER HOST/REPOSITORY HOST[:PORT] I/N ID IDENTITY KIND LOGIN N NAME NAME=REF NAME=VALUE NAME[=PATH] OUT OWNER/NAME POLICY REF REF:PATH REFERENCE SHA TIME TOKEN TYPE URI URL';

const commands = await Promise.all(
  Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const),
);
const reading = commands.flatMap(([name, command]) =>
  'output' in command.flags
    ? inputNames(command).map((input) => [name, input, command] as const)
    : [],
);

/** A call whose input is `path`, with whatever else the command demands. */
function wordsOf(command: Command, input: string, path: string): readonly string[] {
  const args = Object.keys(command.args).map((name) => (name === input ? path : 'other.yaml'));
  const needed = new Set(command.flags[input]?.dependsOn ?? []);
  const flags = Object.entries(command.flags).flatMap(([name, flag]) => {
    if (name === input) return [`--${name}`, path];
    const isNeeded = needed.has(name) || isRequired(flag);
    return isNeeded && name !== 'output' ? [`--${name}`, ...valueOf(flag)] : [];
  });
  return [...args, ...flags];
}

const isRequired = (flag: Flag): boolean => flag.type === 'text' && flag.required === true;
const valueOf = (flag: Flag): readonly string[] => (flag.type === 'switch' ? [] : ['other.yaml']);

describe('--output', () => {
  it.each(reading)('of %s does not replace what %s names', async (name, input, command) => {
    const place = scratch({ 'in.yaml': 'kept', 'dir/registry.yaml': 'kept' });
    symlinkSync('in.yaml', join(place, 'link.yaml'));
    linkSync(join(place, 'in.yaml'), join(place, 'twin.yaml'));
    for (const [read, written] of [
      ['in.yaml', 'in.yaml'],
      ['link.yaml', 'in.yaml'],
      ['in.yaml', 'twin.yaml'],
      ['dir', 'dir/registry.yaml'],
    ] as const) {
      const words = wordsOf(command, input, join(place, read));
      const run = await runProgram([...name.split(' '), ...words, '-o', join(place, written)]);
      expect([run.code, run.stderr]).toEqual([64, expect.stringContaining('at: --output')]);
      expect(readFileSync(join(place, written), 'utf8')).toBe('kept');
    }
  });

  it('is known of every flag whether it names something to read', () => {
    const values = commands.flatMap(([, { flags }]) =>
      Object.values(flags).flatMap((flag) => ('helpValue' in flag ? (flag.helpValue ?? []) : [])),
    );
    expect([...new Set(values)].filter((value) => !READ_VALUES.includes(value)).toSorted()).toEqual(
      OTHER_VALUES.split(' ').toSorted(),
    );
  });
});
