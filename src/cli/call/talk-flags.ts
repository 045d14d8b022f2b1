// How much a command says: flags of all commands, read in one place.
import type { Command } from './command.ts';
import type { Options } from './options.ts';

export const TALK_FLAGS: Command['flags'] = {
  quiet: {
    type: 'switch',
    group: 'talk',
    exclusive: ['verbose'],
    summary: 'Say nothing but errors; a report goes only into a file.',
  },
  verbose: {
    type: 'switch',
    group: 'talk',
    exclusive: ['quiet'],
    summary:
      'Say on standard error what is read, who is trusted, who is asked, and how long it takes.',
  },
};

const WORDS = new Set(Object.keys(TALK_FLAGS).map((name) => `--${name}`));

export function withTalk(command: Command): Command {
  return { ...command, flags: { ...command.flags, ...TALK_FLAGS } };
}

export function talkOf(options: Options): 'quiet' | 'usual' | 'verbose' {
  if (options.has('quiet')) return 'quiet';
  return options.has('verbose') ? 'verbose' : 'usual';
}

/** Those that nobody needs to have the same judged again, and the others. After `--` no word is a flag. */
export function splitTalk(words: readonly string[]): {
  readonly talk: readonly string[];
  readonly words: readonly string[];
} {
  const dashes = words.indexOf('--');
  const isTalk = (word: string, index: number): boolean =>
    WORDS.has(word) && (dashes === -1 || index < dashes);
  return {
    talk: words.filter(isTalk),
    words: words.filter((word, index) => !isTalk(word, index)),
  };
}
