// oclif prints the help, from `oclif.manifest.json` (`oclif-commands.ts`). Nothing of ours is imported here, because it is
// joined into a file of its own (`tools/bundle.ts`).

import { Config } from '@oclif/core/config';
import { CommandHelp, Help } from '@oclif/core/help';

/**
 * The help of one command, of those whose names begin with one word, or of the program.
 *
 * @param isAsked or it is what is said of a word that is no whole name, on standard error
 * @param root the directory of package.json
 * @param width of a line, in columns
 */
export async function printHelp(
  { name, isAsked }: { readonly name: string | undefined; readonly isAsked: boolean },
  { root, width }: { readonly root: string; readonly width: number },
): Promise<void> {
  const config = await Config.load({ root });
  const help = new PageHelp(config, {
    maxWidth: width,
    sendToStderr: !isAsked,
    flagSortOrder: 'none',
  });
  if (name === undefined) await help.showHelp([]);
  else if (config.findCommand(name) === undefined) help.showTopic(name);
  else await help.showHelp([name]);
}

/** The page of a command, whose summary stands above it already. */
class CommandPage extends CommandHelp {
  protected override description(): string | undefined {
    const { description = '' } = this.command;
    return description === '' ? undefined : this.wrap(description);
  }

  override wrap(body: string, spacing = this.indentSpacing): string {
    return wrapped(this.render(body), this.opts.maxWidth - spacing);
  }

  /**
   * oclif indents a list of narrow lines by two more columns than it leaves room for. And it takes the blanks away that
   * stand before a first flag without a letter.
   */
  override renderList(...[rows, options]: Parameters<CommandHelp['renderList']>): string {
    const list = super.renderList(rows, { ...options, indentation: options.indentation + 2 });
    const [[first = ''] = []] = rows;
    const isBesideText = list.startsWith(`${first.trimStart()}  `);
    return isBesideText ? first.slice(0, -first.trimStart().length) + list : list;
  }

  /** A line ends between two items, never in one that fits a line. */
  protected override usage(): string {
    const [text = this.command.id] = [this.command.usage ?? []].flat();
    const items = text.match(/\[(?:[^[\]]|\[[^\]]*\])*\]\S*|--\S+ [A-Z.:/]+\)?|\S+/g) ?? [];
    const room = this.opts.maxWidth - 2 * this.indentSpacing;
    const parts = items.flatMap((whole) =>
      whole.length > room ? whole.split(/ (?=\|)|(?<!\|) (?=--)/) : whole,
    );
    return linesOf([`$ ${this.config.bin}`, ...parts], room, 2).join('\n');
  }

  /** Whoever copies several lines copies one command. */
  protected override examples(examples: Parameters<CommandHelp['examples']>[0]): string {
    const room = this.opts.maxWidth - 2 * this.indentSpacing - CONTINUED.length;
    return [examples ?? []]
      .flat()
      .flatMap((example) => (typeof example === 'string' ? [] : example))
      .map(({ description, command }) => {
        const items = command.match(/-\S+ (?:'[^']*'|[^\s'-]\S*)|'[^']*'|\S+/g) ?? [];
        const lines = linesOf(['$', ...items], room, 4).join(`${CONTINUED}\n`);
        return `${this.wrap(description)}\n${this.indent(lines)}`;
      })
      .join('\n\n');
  }
}

const CONTINUED = ' \\';

/** Lines of items, all but the first indented. */
function linesOf(
  [first = '', ...items]: readonly string[],
  room: number,
  indent: number,
): readonly string[] {
  const lines = [first];
  for (const item of items) {
    const longer = `${lines.at(-1)} ${item}`;
    if (longer.length > room) lines.push(`${' '.repeat(indent)}${item}`);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** At blanks only: oclif breaks a word that is longer than a line, which cannot be copied then. */
function wrapped(text: string, width: number): string {
  const lines = text.split('\n').flatMap((line) => {
    const [indent = ''] = /^ */.exec(line) ?? [];
    const words = line.trim().split(/ +/);
    return linesOf(words, width - indent.length, 0).map((part) => indent + part);
  });
  return lines.join('\n');
}

/** What most people come for, in the order in which they come. */
const MOST_USED = [
  'verify-evidence',
  'validate',
  'evidence show',
  'evidence list',
  'evidence publish',
  'explain',
];

class PageHelp extends Help {
  protected override CommandHelpClass = CommandPage;

  override wrap(body: string, spacing = this.indentSpacing): string {
    return wrapped(this.render(body), this.opts.maxWidth - spacing);
  }

  override async showCommandHelp(command: Parameters<Help['showCommandHelp']>[0]): Promise<void> {
    this.log(`${this.wrap(command.summary ?? '', 0)}\n\n${this.formatCommand(command)}\n`);
    await Promise.resolve();
  }

  /** The most used commands first, then all others. */
  override async showRootHelp(): Promise<void> {
    const { sortedCommands: all } = this;
    const most = MOST_USED.flatMap((name) => all.find(({ id }) => id === name) ?? []);
    const others = all.filter((command) => !most.includes(command));
    const more = `Run ${this.config.bin} COMMAND --help for flags and examples.`;
    this.log(
      [
        this.wrap(this.formatRoot(), 0),
        this.formatCommands(most).replace('COMMANDS', 'MOST USED'),
        this.formatCommands(others).replace('COMMANDS', 'OTHER COMMANDS'),
        this.wrap(more, 0),
        '',
      ]
        .join('\n\n')
        .trimEnd(),
    );
    await Promise.resolve();
  }

  /** The commands whose names begin with this word. */
  showTopic(word: string): void {
    const commands = this.sortedCommands.filter(({ id }) => id.startsWith(`${word} `));
    const usage = this.section('USAGE', `$ ${this.config.bin} ${word} COMMAND`);
    this.log(`${usage}\n\n${this.formatCommands(commands)}\n`);
  }
}
