import type { Command } from './command.ts';
import type { OptionValue } from './options.ts';

/** What the value of a flag is called that names something to read. */
export const READ_VALUES: readonly string[] = ['FILE', 'DIR', 'PATH', 'NAME=PATH', 'R'];

/** The arguments and flags of a command that name what it reads. Whoever adds one need not think of it. */
export function inputNames({ args, flags, unread = [] }: Command): readonly string[] {
  const files = Object.entries(flags).filter(
    ([name, flag]) =>
      name !== 'output' && 'helpValue' in flag && READ_VALUES.includes(flag.helpValue ?? ''),
  );
  const names = [...Object.keys(args), ...files.map(([name]) => name)];
  return names.filter((name) => !unread.includes(name));
}

/** What one call reads, as the user named it. */
export function inputsOf(
  command: Command,
  given: ReadonlyMap<string, OptionValue>,
): readonly string[] {
  return inputNames(command).flatMap((name) => {
    const values = [given.get(name) ?? []].flat().filter((value) => typeof value === 'string');
    const flag = command.flags[name];
    const isNamed = flag !== undefined && 'helpValue' in flag && flag.helpValue === 'NAME=PATH';
    return isNamed ? values.map((value) => value.replace(/^[^=]*=/, '')) : values;
  });
}
