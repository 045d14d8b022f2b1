// What zsh and fish complete when somebody types it, with the script of the program.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { TYPED, makeFiles } from '../../test/interop/typed.ts';
import { PROGRAM } from './commands.ts';
import { requireProgram } from './debian.ts';
import { until, withPane } from './panes.ts';
import { mustRun } from './processes.ts';
import { RUNS } from './programs.ts';
import type { Report, Table } from './report.ts';

interface Shell {
  readonly name: string;
  /** The file that it reads when it starts. */
  readonly config: string;
  /** Completion as its users have it, ALL as in bash, `affidavit` writes its words to $FOUND, and nothing else is on the PATH. */
  readonly start: string;
}

const SHELLS: readonly Shell[] = [
  {
    name: 'zsh',
    config: '.zshrc',
    start: `autoload -Uz compinit && compinit -u -D
source ./completion
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
bindkey -e
bindkey '^[*' all-matches
affidavit() { { printf '<%s>' "$@"; printf '\\n' } >> $FOUND }
cd files
PS1='ready> '
PATH=/nonexistent
`,
  },
  {
    name: 'fish',
    config: 'fish/config.fish',
    start: `source ./completion
function all_matches
    commandline -rt -- (string join ' ' -- (string escape -- (complete -C (commandline -c) | string replace -r '\\t.*' '')))
end
bind \\e\\* all_matches
function affidavit
    printf '<%s>' $argv >>$FOUND; and printf '\\n' >>$FOUND
end
function fish_prompt
    echo 'ready> '
end
cd files
set PATH /nonexistent
`,
  },
];

/** Gives the rows of what is typed, with the shells in which it becomes the same words. */
export async function proveCompletions(report: Report): Promise<Table> {
  const rows: string[][] = TYPED.map(([keys]) => [shown(keys)]);
  for (const shell of SHELLS) {
    const found = await wordsIn(shell);
    for (const [index, [keys, words]] of TYPED.entries()) {
      const wanted = sorted(words.map((word) => `<${word}>`).join(''));
      const holds = found[index] === wanted;
      report.assert(`${shell.name} completes ${shown(keys)}`, holds, `${found[index]}\n${wanted}`);
      rows[index]?.push(holds ? 'yes' : 'no');
    }
    const left = readdirSync(join(placeOf(shell), 'files')).length;
    report.assert(`${shell.name} runs nothing that a name of a file says`, left === 4);
  }
  return { head: ['what is typed', ...SHELLS.map(({ name }) => name)], rows };
}

function placeOf({ name }: Shell): string {
  return join(RUNS, 'completion', name);
}

/** The line of each entry of the table, after Enter. */
async function wordsIn(shell: Shell): Promise<readonly string[]> {
  const place = placeOf(shell);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'files'), { recursive: true });
  makeFiles(join(place, 'files'));
  mkdirSync(join(place, shell.config, '..'), { recursive: true });
  writeFileSync(join(place, shell.config), shell.start);
  const script = await mustRun(process.execPath, [PROGRAM, 'completion', shell.name]);
  writeFileSync(join(place, 'completion'), script);
  const found = join(place, 'found');
  const lines = (): readonly string[] =>
    existsSync(found) ? readFileSync(found, 'utf8').trimEnd().split('\n') : [];
  const environment = { HOME: place, ZDOTDIR: place, XDG_CONFIG_HOME: place, FOUND: found };
  const command = [await requireProgram([shell.name], shell.name), '-i'];
  await withPane({ columns: 200, command, directory: place, environment }, async (pane) => {
    await until(pane, async () => (await pane.rows()).some((row) => row.includes('ready>')));
    for (const [index, [keys]] of TYPED.entries()) {
      await pane.type(`affidavit ${keys}\r`);
      await until(pane, () => lines().length > index);
    }
  });
  return lines().map(sorted);
}

/** Each shell has an order of its own, and zsh takes the / from a directory that is the last word. */
function sorted(line: string): string {
  return line
    .replaceAll('/>', '>')
    .split(/(?<=>)(?=<)/)
    .toSorted()
    .join('');
}

function shown(keys: string): string {
  return `\`${keys.replaceAll('\t', '⇥').replaceAll('\u001B*', '⇥⇥')}\``;
}
