import { describe, expect, it } from 'vitest';

import { splitDashes } from '../../src/cli/command-after-dashes.ts';

describe('the words after --', () => {
  it.each([
    { argv: ['sandbox'], ours: ['sandbox'], command: undefined },
    { argv: ['sandbox', '--'], ours: ['sandbox'], command: [] },
    {
      argv: ['sandbox', '--dir', 'd', '--', 'printf', '%s', '--dir', 'a', '--dir', 'a', '--', 'b'],
      ours: ['sandbox', '--dir', 'd'],
      command: ['printf', '%s', '--dir', 'a', '--dir', 'a', '--', 'b'],
    },
    // Of every other command they are operands, and oclif's to read.
    {
      argv: ['verify-evidence', '--', '-x'],
      ours: ['verify-evidence', '--', '-x'],
      command: undefined,
    },
    { argv: [], ours: [], command: undefined },
  ])('of $argv are $command', ({ argv, ours, command }) => {
    expect(splitDashes(argv)).toEqual({ ours, command });
  });
});
