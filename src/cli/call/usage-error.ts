// How a mistake in the words of a call is said to people. Loaded only then.

import { EvidenceError, type ErrorDetail } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { quote } from '../../quote.ts';
import { AICR_COMMANDS, AICR_FILES, AICR_FLAGS, AICR_VALUES } from './aicr-words.ts';
import type { Command, Flag } from './command.ts';
import { aliasesOf } from './flag-aliases.ts';
import type { Mistake } from './read-words.ts';

/** A mistake in the words of one command, which a user calls `affidavit NAME`: USAGE. */
export function usageError(name: string, command: Command, mistake: Mistake): EvidenceError {
  return new EvidenceError('USAGE', detailOf(mistake, { call: `affidavit ${name}`, command }));
}

/** A call whose first word is no command: USAGE. `names` are those that there are. */
export function unknownCommand(words: readonly string[], names: readonly string[]): EvidenceError {
  const [first = '', second = ''] = words;
  const isFlag = first.startsWith('-');
  // The first of two words is right: the second one is said to be wrong.
  const group = names.filter((name) => name.startsWith(`${first} `));
  const word = group.length > 0 ? `${first} ${second}`.trim() : first;
  const told = group.length > 0 ? group : names;
  const help = group.length > 0 ? `affidavit ${first} --help` : 'affidavit --help';
  return new EvidenceError('USAGE', {
    at: 'COMMAND',
    found: isFlag ? `the flag ${quote(flagOf(word))} before a command` : quote(word),
    expected: `one of ${told.join(', ')}`,
    hint: `${elsewhere(word, names) ?? commandMeant([word, ...words.slice(1)], told)}${help} lists the commands`,
  });
}

/** A word that is a key itself, as of `--key "$(cat FILE)"`: USAGE, without the word. */
export function keyInWords(words: readonly string[], index: number): EvidenceError {
  const [flag] = [words[index], words[index - 1]].flatMap(
    (word) => /^--[a-z]+(?:-[a-z]+)*(?==|$)/.exec(word ?? '')?.[0] ?? [],
  );
  const piped =
    flag === '--key' || flag === '--public-key'
      ? `, or give it in standard input to ${flag} -`
      : '';
  return new EvidenceError('USAGE', {
    at: flag,
    found: 'the content of a key or PEM file, which is not shown here',
    expected: 'the name of the file',
    hint: `write it to a file and name that${piped}; if it is secret, others could read it in the list of processes`,
  });
}

/** The command that aicr calls so, or whose second word this is. */
function elsewhere(word: string, names: readonly string[]): string | undefined {
  const last = word.split(' ').at(-1);
  const same = names.find((name) => name.split(' ')[1] === last);
  const meant = AICR_COMMANDS.get(word) ?? same;
  return meant === undefined ? undefined : didYouMean(`affidavit ${meant}`);
}

/** What the user meant, as a question; nothing if nobody can tell. */
function commandMeant([word = '', ...more]: readonly string[], names: readonly string[]): string {
  const later = word.startsWith('-') ? more.find((other) => names.includes(other)) : undefined;
  if (later !== undefined) return `write the command first: affidavit ${later}; `;
  if (/^-[vV]$/.test(word)) return didYouMean('affidavit --version');
  const meant = meantOf(word, [...names, '--help', '--version']);
  if (meant !== undefined) return didYouMean(`affidavit ${meant}`);
  if (word.startsWith('-')) return 'write the command first, and its flags after it; ';
  return ARCHIVE.test(word) ? didYouMean(`affidavit verify-evidence ${word}`) : '';
}

/** The only name that begins with the word or that it is short for, or the one that it is nearly. */
function meantOf(word: string, names: readonly string[]): string | undefined {
  return (
    theOnly(names.filter((name) => word.length > 2 && name.startsWith(word))) ??
    theOnly(names.filter((name) => isShortFor(word, name))) ??
    nearest(word, names)
  );
}

function theOnly(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

/** `md` is short for `markdown`: its first letter, and others of it in their order. */
function isShortFor(word: string, name: string): boolean {
  let found = 0;
  for (const letter of name) if (letter === word[found]) found += 1;
  return /^\w{2,}$/.test(word) && word[0] === name[0] && found === word.length;
}

/** A path that is safe to print and to paste. */
const ARCHIVE = /^[\w./][\w./-]*\.t(?:ar\.)?gz$/;

function didYouMean(text: string): string {
  return `did you mean ${text}? `;
}

/** One call: what is in front of its words, and what it takes. */
interface Called {
  readonly call: string;
  readonly command: Command;
}

function detailOf(mistake: Mistake, { call, command }: Called): ErrorDetail {
  const { flags } = command;
  switch (mistake.kind) {
    case 'flag-unknown':
      return unknownFlag(flagOf(mistake.word), { call, command });
    case 'operand-unwanted':
      return unwanted(mistake.word, { call, command });
    case 'missing':
      return missing(mistake, { call, command });
    case 'value-missing':
      return valueMissing(mistake, flags[mistake.name]);
    case 'value-wrong':
      return wrongValue(mistake, flags[mistake.name]);
    case 'value-unwanted':
      return about(mistake.name, 'a value', 'the flag alone', 'leave out = and what follows it');
    case 'flag-twice':
      return about(mistake.name, 'the flag a second time', 'the flag once', 'keep one of them');
    case 'needs': {
      const other = synopsis(mistake.other, flags[mistake.other]);
      const hint = `add ${other}, or leave --${mistake.name} out`;
      return about(mistake.name, `no --${mistake.other} beside it`, other, hint);
    }
    case 'excludes':
      return about(mistake.name, `--${mistake.other} beside it`, 'one of the two', 'leave one out');
  }
}

function about(name: string, found: string, expected: string, hint: string): ErrorDetail {
  return { at: `--${name}`, found, expected, hint };
}

/** Without what is attached, which may be a secret or a path. */
function flagOf(word: string): string {
  return word.replace(/=.*$/s, '');
}

function unknownFlag(word: string, { call, command }: Called): ErrorDetail {
  const names = Object.keys(command.flags);
  const ofAicr = AICR_FLAGS.get(word);
  const isKnown = names.includes(ofAicr?.split(' ')[0] ?? '');
  const bare = word.replace(/^-+/, '').replace(PATTERN, '');
  const meant = isKnown
    ? ofAicr
    : (meantOf(bare, names) ?? (word.startsWith('--') ? ofOthers(bare, command) : undefined));
  const [operand] = AICR_FILES.has(word) ? Object.keys(command.args) : [];
  return {
    at: call,
    found: `the flag ${quote(word)}`,
    expected: `a flag of ${call}`,
    hint: [
      meant === undefined ? '' : flagMeant(meant, word),
      operand === undefined ? '' : `write ${operand.toUpperCase()} without ${word}; `,
      /^-[^-].*[./]/.test(word) ? 'if it is a file, write ./ before it; ' : '',
      `${call} --help lists the flags`,
    ].join(''),
  };
}

/** Of a flag that takes patterns. We have none that does. */
const PATTERN = /-regexp?$/;

function flagMeant(flag: string, word: string): string {
  const isSigner = flag.startsWith('certificate-') && PATTERN.test(word);
  const many = 'it is compared exactly; templates in the file of --policy allow many signers; ';
  return `${didYouMean(`--${flag}`)}${isSigner ? many : ''}`;
}

/** Ours, for a word that is nearly what another program calls it, or longer than a name by a part. */
function ofOthers(word: string, command: Command): string | undefined {
  const aliases = aliasesOf(command);
  const names = [...aliases.keys(), ...Object.keys(command.flags)];
  const known = nearest(word, names) ?? names.find((name) => word.startsWith(`${name}-`));
  return known === undefined ? undefined : (aliases.get(known)?.flag ?? known);
}

function unwanted(word: string, { call, command }: Called): ErrorDetail {
  const names = Object.keys(command.args).map((name) => name.toUpperCase());
  const found = `${quote(word)}, which belongs to no flag`;
  if (names.length > 0) {
    const expected = `${names.join(' ')} and flags`;
    return { at: call, found, expected, hint: `call it once for each ${names.join(' ')}` };
  }
  if (command.usage.includes('-- COMMAND')) {
    const hint = `write ${call} -- and then the command that it runs`;
    return { at: call, found, expected: 'flags, and -- before a command', hint };
  }
  const many = /[./]/.test(word) ? 'if the shell put it in the place of a *, name one file; ' : '';
  const hint = `write it after the flag that it belongs to; ${many}${call} --help lists the flags`;
  return { at: call, found, expected: 'flags alone', hint };
}

function missing(
  { operands, flags }: Extract<Mistake, { kind: 'missing' }>,
  { call, command }: Called,
): ErrorDetail {
  const parts = [
    ...operands.map((name) => [name.toUpperCase(), command.args[name]] as const),
    ...flags.map(
      (name) => [synopsis(name, command.flags[name]), command.flags[name]?.summary] as const,
    ),
  ];
  const names = parts.map(([name]) => name);
  return {
    at: call,
    found: names.map((name) => `no ${name}`).join(', '),
    expected: parts
      .map(([name, summary = '']) => `${name}: ${summary.replace(/\.$/, '')}`)
      .join('; '),
    hint: `add ${names.join(' and ')}`,
  };
}

function valueMissing(
  { name, word }: Extract<Mistake, { kind: 'value-missing' }>,
  flag: Flag | undefined,
): ErrorDetail {
  const found = word === undefined ? 'no value' : `no value, but ${quote(flagOf(word))}`;
  const attached = word === undefined ? '' : `; one that begins with - is written after =`;
  return about(name, found, synopsis(name, flag), `write its value after --${name}${attached}`);
}

function wrongValue(
  { name, word }: Extract<Mistake, { kind: 'value-wrong' }>,
  flag: Flag | undefined,
): ErrorDetail {
  if (flag?.type === 'number') {
    const expected = `a whole number from ${flag.min} to ${flag.max}`;
    return about(
      name,
      quote(word),
      expected,
      `write such a number after --${name}, or leave it out`,
    );
  }
  const options = flag !== undefined && 'options' in flag ? flag.options : [];
  const asked = flagOf(word);
  const ofAicr = AICR_VALUES.get(asked) ?? '';
  const meant = options.includes(ofAicr) ? ofAicr : meantOf(asked, options);
  const hint =
    meant === undefined ? `write one of these after --${name}` : `did you mean --${name} ${meant}?`;
  return about(name, quote(word), `one of ${options.join(', ')}`, hint);
}

/** The flag as its command's usage has it, e.g. `--recipe FILE`. */
function synopsis(name: string, flag: Flag | undefined): string {
  if (flag === undefined || flag.type === 'switch') return `--${name}`;
  return `--${name} ${'options' in flag ? flag.options.join('|') : flag.helpValue}`;
}
