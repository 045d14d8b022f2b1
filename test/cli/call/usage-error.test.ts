import { describe, expect, it } from 'vitest';

import { readWords } from '../../../src/cli/call/read-words.ts';
import { unknownCommand, usageError } from '../../../src/cli/call/usage-error.ts';
import { COMMANDS, findCommand, leadingName } from '../../../src/cli/command-table.ts';
import type { EvidenceError } from '../../../src/errors/evidence-error.ts';

async function errorOf(line: string): Promise<EvidenceError> {
  const name = leadingName(line.split(' ')) ?? '';
  const words = line.slice(name.length + 1).split(' ');
  const command = await findCommand(name);
  if (command === undefined) throw new Error(`no command ${name}`);
  const reading = readWords(words, command);
  if ('given' in reading) throw new Error(`nothing is wrong with ${line}`);
  return usageError(name, command, reading.mistake);
}

const VERIFY = 'affidavit verify-evidence';
const VALIDATE = 'affidavit validate';

describe('usageError', () => {
  it.each<[line: string, at: string, found: string, expected: string, hint: string]>([
    [
      'verify-evidence a --formt json',
      VERIFY,
      'the flag "--formt"',
      `a flag of ${VERIFY}`,
      `did you mean --format? ${VERIFY} --help lists the flags`,
    ],
    [
      'verify-evidence a -policy b',
      VERIFY,
      'the flag "-policy"',
      `a flag of ${VERIFY}`,
      `did you mean --policy? ${VERIFY} --help lists the flags`,
    ],
    [
      'verify-evidence a --frobnicate=x',
      VERIFY,
      'the flag "--frobnicate"',
      `a flag of ${VERIFY}`,
      `${VERIFY} --help lists the flags`,
    ],
    [
      'validate -r a -s b -1.json',
      VALIDATE,
      'the flag "-1.json"',
      `a flag of ${VALIDATE}`,
      `if it is a file, write ./ before it; ${VALIDATE} --help lists the flags`,
    ],
    [
      'verify-evidence a -f markdwon',
      '--format',
      '"markdwon"',
      'one of terminal, markdown, html, json, jsonl, junit, sarif, aicr-json',
      'did you mean --format markdown?',
    ],
    [
      'verify-evidence a -f pdf',
      '--format',
      '"pdf"',
      'one of terminal, markdown, html, json, jsonl, junit, sarif, aicr-json',
      'write one of these after --format',
    ],
    ...[
      ['md', 'markdown'],
      ['term', 'terminal'],
      ['jso', 'json'],
    ].map(([short = '', whole = '']): [string, string, string, string, string] => [
      `verify-evidence a -f ${short}`,
      '--format',
      `"${short}"`,
      'one of terminal, markdown, html, json, jsonl, junit, sarif, aicr-json',
      `did you mean --format ${whole}?`,
    ]),
    [
      'validate --offline',
      VALIDATE,
      'the flag "--offline"',
      `a flag of ${VALIDATE}`,
      `${VALIDATE} --help lists the flags`,
    ],
    [
      'validate --results a',
      VALIDATE,
      'no --recipe FILE, no --snapshot FILE',
      '--recipe FILE: Resolved recipe, YAML; --snapshot FILE: Snapshot of the cluster, YAML',
      'add --recipe FILE and --snapshot FILE',
    ],
    [
      'sandbox --port 65536',
      '--port',
      '"65536"',
      'a whole number from 0 to 65535',
      'write such a number after --port, or leave it out',
    ],
    [
      'verify-evidence a -f',
      '--format',
      'no value',
      '--format terminal|markdown|html|json|jsonl|junit|sarif|aicr-json',
      'write its value after --format',
    ],
    [
      'verify-evidence a -o --offline',
      '--output',
      'no value, but "--offline"',
      '--output FILE',
      'write its value after --output; one that begins with - is written after =',
    ],
    [
      'verify-evidence a --offline=yes',
      '--offline',
      'a value',
      'the flag alone',
      'leave out = and what follows it',
    ],
    [
      'validate -r a -r b',
      '--recipe',
      'the flag a second time',
      'the flag once',
      'keep one of them',
    ],
    [
      'validate -r a',
      VALIDATE,
      'no --snapshot FILE',
      '--snapshot FILE: Snapshot of the cluster, YAML',
      'add --snapshot FILE',
    ],
    [
      'verify-evidence --offline',
      VERIFY,
      'no INPUT',
      'INPUT: A bundle: a .tar.gz, a directory of one or of many, or - for a .tar.gz in standard input; or an artifact: oci://HOST/REPOSITORY@sha256:HEX, a pointer, or LAYOUT[@sha256:HEX], an OCI image layout',
      'add INPUT',
    ],
    [
      'report a b',
      'affidavit report',
      '"b", which belongs to no flag',
      'REPORT and flags',
      'call it once for each REPORT',
    ],
    [
      'validate a',
      VALIDATE,
      '"a", which belongs to no flag',
      'flags alone',
      `write it after the flag that it belongs to; ${VALIDATE} --help lists the flags`,
    ],
    [
      'sandbox aicr',
      'affidavit sandbox',
      '"aicr", which belongs to no flag',
      'flags, and -- before a command',
      'write affidavit sandbox -- and then the command that it runs',
    ],
    [
      'validate -r a -s b --force',
      '--force',
      'no --emit-evidence beside it',
      '--emit-evidence OUT',
      'add --emit-evidence OUT, or leave --force out',
    ],
    [
      'verify-evidence a --policy b --certificate-identity c',
      '--policy',
      '--certificate-identity beside it',
      'one of the two',
      'leave one out',
    ],
  ])('of %s names place and fix', async (line, ...[at, found, expected, hint]) => {
    expect(await errorOf(line)).toMatchObject({ code: 'USAGE', at, found, expected, hint });
  });

  it('repeats no value that is attached to an unknown flag: it may be a token', async () => {
    expect(JSON.stringify(await errorOf('validate --identity-tokne=SECRETX'))).not.toContain(
      'SECRETX',
    );
    expect(JSON.stringify(await errorOf('validate -o --identity-token=SECRETX'))).not.toContain(
      'SECRETX',
    );
  });
});

describe('unknownCommand', () => {
  const names = ['sandbox', 'validate', 'verify-evidence', 'help', 'version'];
  const list = 'affidavit --help lists the commands';

  it.each([
    [['foo'], '"foo"', list],
    [[''], '""', list],
    [
      ['verfy-evidence', 'a'],
      '"verfy-evidence"',
      `did you mean affidavit verify-evidence? ${list}`,
    ],
    [['verify'], '"verify"', `did you mean affidavit verify-evidence? ${list}`],
    [
      ['--verison'],
      'the flag "--verison" before a command',
      `did you mean affidavit --version? ${list}`,
    ],
    [
      ['--format', 'json', 'validate'],
      'the flag "--format" before a command',
      `write the command first: affidavit validate; ${list}`,
    ],
    ...['-v', '-V'].map((word): [string[], string, string] => [
      [word],
      `the flag "${word}" before a command`,
      `did you mean affidavit --version? ${list}`,
    ]),
    ...['--format', '--recipe', '-r', '--token=SECRETX'].map((word): [string[], string, string] => [
      [word, 'x'],
      `the flag "${word.replace('=SECRETX', '')}" before a command`,
      `write the command first, and its flags after it; ${list}`,
    ]),
    [
      ['out/evidence.tar.gz'],
      '"out/evidence.tar.gz"',
      `did you mean affidavit verify-evidence out/evidence.tar.gz? ${list}`,
    ],
    [['a b.tar.gz'], '"a b.tar.gz"', list],
  ])('of %j names the fix', (words, found, hint) => {
    const expected = `one of ${names.join(', ')}`;
    const error = { code: 'USAGE', at: 'COMMAND', found, expected, hint };
    expect(unknownCommand(words, names)).toMatchObject(error);
  });

  it.each([
    [['trust'], '"trust"', ''],
    [['trust', 'shwo'], '"trust shwo"', 'did you mean affidavit trust show? '],
    [['trust', 'ex', '--out'], '"trust ex"', 'did you mean affidavit trust export? '],
    [['trust', '--out'], '"trust --out"', ''],
  ])('of %j names the commands of two words that begin so', (words, found, meant) => {
    const told = ['trust show', 'trust export', 'trust update'];
    const expected = `one of ${told.join(', ')}`;
    const hint = `${meant}affidavit trust --help lists the commands`;
    const error = { code: 'USAGE', found, expected, hint };
    expect(unknownCommand(words, [...names, ...told])).toMatchObject(error);
  });
});

describe('words of aicr', () => {
  it.each([
    ['sign unsigned.tar.gz', 'evidence sign'],
    ['digest recipe.yaml', 'recipe digest'],
    ['evidence digest -r recipe.yaml', 'recipe digest'],
    ['verify pointer.yaml', 'verify-evidence'],
    ['evidence verify out', 'verify-evidence'],
    ['lint recipes', 'recipe lint'],
    ['evidence lint', 'recipe lint'],
    ['pointer out', 'evidence pointer'],
    ['reveal out', 'evidence reveal'],
  ])('%j: did you mean %s?', (line, meant) => {
    const { hint } = unknownCommand(line.split(' '), Object.keys(COMMANDS));
    expect(hint).toMatch(
      new RegExp(`^did you mean affidavit ${meant}\\? affidavit (?:evidence )?--help`),
    );
  });

  it.each([
    ['verify-evidence a -t json', 'did you mean --format? '],
    ['verify-evidence a --format text', 'did you mean --format markdown?'],
    ['verify-evidence a --expected-issuer b', 'did you mean --certificate-oidc-issuer? '],
    [
      'verify-evidence a --expected-identity-regexp b',
      'did you mean --certificate-identity? it is compared exactly; ',
    ],
    ...['certificate-identity', 'certificate-oidc-issuer', 'cert-identity'].map((flag) => [
      `verify-evidence a --${flag}-regexp b`,
      `did you mean --${flag.replace(/^cert-/, 'certificate-')}? it is compared exactly; templates in the file of --policy allow many signers; `,
    ]),
    [
      'validate -r a.yaml b.yaml',
      'write it after the flag that it belongs to; if the shell put it in the place of a *, name one file; ',
    ],
    ['validate --emit-attestation out', 'did you mean --emit-evidence OUT --layout directory? '],
    ['validate --full', 'did you mean --redact none? '],
    ['evidence sign a --oidc-device-flow', 'did you mean --login device? '],
    ['recipe digest -r recipe.yaml', 'write FILE without -r; '],
    ['recipe digest --recipe recipe.yaml', 'write FILE without --recipe; '],
  ])('%j: %s', async (line, hint) => {
    expect((await errorOf(line)).hint.startsWith(hint)).toBe(true);
  });
});
