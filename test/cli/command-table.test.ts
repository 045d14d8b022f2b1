import { describe, expect, it } from 'vitest';

import { Options } from '../../src/cli/call/options.ts';
import { COMMANDS, findCommand, leadingName } from '../../src/cli/command-table.ts';
import { repositoryFiles } from '../docs/repository.ts';

describe('the table of commands', () => {
  it('has a line for each file of src/commands, sorted', () => {
    const files = repositoryFiles('src/commands').map((path) => path.replace(/^.*\/|\.ts$/g, ''));
    const names = Object.keys(COMMANDS).map((name) => name.replace(' ', '-'));
    expect(names).toEqual(files.toSorted());
  });

  it('has no name that begins with the whole name of another command', () => {
    const names = Object.keys(COMMANDS);
    for (const name of names) {
      const longer = names.filter((other) => other.startsWith(`${name} `));
      // A file of that name is written ./merge, as docs/cli.md says; gate takes none.
      const known: Readonly<Record<string, string>> = { report: 'report merge', gate: 'gate post' };
      expect(longer).toEqual([known[name] ?? []].flat());
      expect(leadingName([...name.split(' '), 'x'])).toBe(name);
      const shorter = Object.keys(known).find((each) => known[each] === name);
      expect(leadingName(name.split(' ').slice(0, -1))).toBe(shorter);
    }
  });

  it.each(['constructor', 'toString', '__proto__', '', 'Validate'])(
    'knows no command %j',
    async (name) => {
      expect(await findCommand(name)).toBeUndefined();
    },
  );

  it.each(Object.keys(COMMANDS))(
    'names in the flags of %s only flags that it has',
    async (name) => {
      const { flags = {} } = (await findCommand(name)) ?? {};
      const named = Object.values(flags).flatMap(({ dependsOn = [], exclusive = [] }) => [
        ...dependsOn,
        ...exclusive,
      ]);
      expect(named.filter((flag) => !(flag in flags))).toEqual([]);
      for (const flag of Object.keys(flags)) expect(flag).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    },
  );
});

describe('Options', () => {
  const options = new Options(
    new Map<string, string | readonly string[] | number | true>([
      ['text', 'a'],
      ['texts', ['a', 'b']],
      ['number', 7],
      ['switch', true],
    ]),
    ['text', 'texts', 'number', 'switch', 'none'],
  );

  it('gives each in its kind', () => {
    expect(options.text('text')).toBe('a');
    expect(options.required('text')).toBe('a');
    expect(options.choice('text', ['a', 'b'])).toBe('a');
    expect(options.texts('texts')).toEqual(['a', 'b']);
    expect(options.number('number')).toBe(7);
    expect(options.has('switch')).toBe(true);
  });

  it('knows what was not given', () => {
    expect(options.text('none')).toBeUndefined();
    expect(options.choice('none', ['a'])).toBeUndefined();
    expect(options.texts('none')).toEqual([]);
    expect(options.has('none')).toBe(false);
  });

  it.each([
    () => options.text('texts'),
    () => options.required('none'),
    () => options.texts('text'),
    () => options.choice('text', ['b']),
    () => options.number('text'),
    () => options.has('swtich'),
  ])('takes one kind or name for no other: %s', (ask) => {
    expect(ask).toThrow(TypeError);
  });
});
