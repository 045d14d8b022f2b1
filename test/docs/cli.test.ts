import { describe, expect, it } from 'vitest';

import { EXIT_CODES } from '../../src/cli/call/exit-codes.ts';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { runProgram } from '../run-here.ts';
import { codesIn, read, repositoryFiles, sectionOf, sectionsOf, tableRows } from './repository.ts';

const document = read('docs/cli.md');
const commands = Object.keys(COMMANDS);

/** `--flag=VALUE`, `--flag=<option>` or `--flag` at the start of a line of `--help`, after its letter if it has one. */
const HELP_FLAG = /^ {2}(?:-([a-z]), {1}| {4})?--([a-z-]+)(?:=(\S+?)(?:\.\.\.)?)?(?: |$)/gm;

const OF_ALL = ['-h, --help', '--quiet', '--verbose'];

describe('docs/cli.md', () => {
  it('names the flags of all commands', () => {
    const about = document.slice(0, document.indexOf('\n## Environment'));
    for (const flag of OF_ALL) expect(about).toContain(`\`${flag.split(', ').at(-1)}\``);
  });

  it('has a section for each command, and each is in the list', () => {
    const headings = sectionsOf(document).map(({ heading }) => heading);
    expect(headings.filter((heading) => commands.includes(heading)).toSorted()).toEqual(commands);
    const list = document.slice(0, document.indexOf('\n## '));
    const listed = [...list.matchAll(/^ {4}affidavit (.+?)(?: {2,}|$)/gm)].map(
      ([, name = '']) => name,
    );
    expect(listed.toSorted()).toEqual(commands);
  });

  it.each(commands)('lists exactly the flags that `affidavit %s --help` lists', async (command) => {
    const { code, stdout } = await runProgram([...command.split(' '), '--help']);
    expect(code).toBe(0);
    const flags = [...stdout.matchAll(HELP_FLAG)].map(([, char, name = '', value]) => {
      const short = char === undefined ? '' : `-${char}, `;
      if (value === undefined) return `${short}--${name}`;
      return `${short}--${name} ${value === '<option>' ? name.toUpperCase() : value}`;
    });
    const rows = tableRows(sectionOf(document, command)).filter(([flag = '']) =>
      flag.startsWith('`-'),
    );
    // The page names them once for all commands.
    const own = flags.filter((flag) => !OF_ALL.includes(flag));
    expect(flags.length - own.length).toBe(OF_ALL.length);
    expect(own.toSorted()).toEqual(rows.map(([flag = '']) => flag.replaceAll('`', '')).toSorted());
  });

  it.each(commands)('names each flag of %s in its synopsis', async (command) => {
    const section = sectionOf(document, command);
    const end = section.indexOf('\n\n', section.indexOf('    affidavit'));
    const synopsis = new Set(section.slice(0, end).match(/--[a-z-]+/g));
    const flags = tableRows(section)
      .map(([flag = '']) => /^(?:`-[a-z]`, )?`(--[a-z-]+)/.exec(flag)?.[1])
      .filter((flag) => flag !== undefined);
    expect(flags.filter((flag) => !synopsis.has(flag))).toEqual([]);
    const { flags: known = {} } = (await COMMANDS[command]?.()) ?? {};
    expect(flags.length > 1).toBe(Object.keys(known).length > 1);
  });

  it.each([
    ['docs/cli.md', 'Exit codes'],
    ['README.md', 'Exit codes'],
  ])('%s has the table of exit codes of the program', (path, heading) => {
    const rows = tableRows(sectionOf(read(path), heading));
    expect(rows.map(([code]) => Number(code))).toEqual(Object.values(EXIT_CODES));
  });

  it('calls the codes in docs/cli.md as the program does', () => {
    const rows = tableRows(sectionOf(document, 'Exit codes'));
    expect(rows.map(([, verdict]) => verdict)).toEqual(Object.keys(EXIT_CODES));
  });

  it('lists every environment variable that the program reads, and no other', () => {
    const source = repositoryFiles('src')
      .map((path) => read(path))
      .join('\n');
    const reads = [...source.matchAll(/(?:(?:env|environment)\[|within\()'([A-Z_]+)'/g)].map(
      ([, name]) => name,
    );
    const listed = tableRows(sectionOf(document, 'Environment')).flatMap(([names = '']) =>
      codesIn(names),
    );
    // TERM is told in the row of NO_COLOR.
    expect(new Set([...listed, 'TERM'])).toEqual(new Set(reads));
  });
});
