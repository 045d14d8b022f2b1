import type { ErrorJson } from '../../report/report-json.ts';
import type { Options } from './options.ts';

/** A flag, in words that oclif understands too (`src/cli/oclif-commands.ts`), for its help. */
export type Flag = FlagValue & {
  readonly summary: string;
  /** The heading of the help under which it stands; none is the first. */
  readonly group?: string;
  /** The letter of its short form: as in aicr, but for f. */
  readonly char?: 'f' | 'o' | 'r' | 's';
  readonly dependsOn?: readonly string[];
  readonly exclusive?: readonly string[];
};

/** What may be given; `texts` more than once, and more than one after the other unless `repeated` is there. */
type FlagValue =
  | { readonly type: 'switch' }
  | { readonly type: 'text'; readonly helpValue: string; readonly required?: true }
  | { readonly type: 'texts'; readonly helpValue: string; readonly repeated?: true }
  /** One of the options, or of them with `=PATH`, where that goes; may be given more than once. */
  | { readonly type: 'forms'; readonly options: readonly string[]; readonly helpValue: string }
  | { readonly type: 'choice'; readonly options: readonly string[]; readonly helpValue?: string }
  | {
      readonly type: 'number';
      readonly helpValue: string;
      readonly min: number;
      readonly max: number;
      readonly default?: number;
    };

/** A call that works as it is written, where its files are. */
export interface Example {
  readonly run: string;
  readonly does: string;
  /** If it is not 0. */
  readonly exit?: number;
}

/** Flags and help of one command, and where its work is found. */
export interface Command {
  readonly summary: string;
  readonly description: string;
  readonly usage: string;
  readonly examples: readonly Example[];
  /** Name → description of the words that are no flags, in order. */
  readonly args: Readonly<Record<string, string>>;
  /** The last of them may be given more than once, and is a list. */
  readonly variadic?: true;
  /** The last of them may be left out. */
  readonly optional?: true;
  /** The flag that may stand for them. */
  readonly instead?: string;
  /** Arguments and flags that look as if they named a file to read, and do not. */
  readonly unread?: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  /** Flags of others that its work asks for too, and that nobody can give here. */
  readonly absent?: readonly string[];
  /** For shells: what an argument or a flag can be, where its form does not say it. Loaded only then. */
  readonly offered?: (root: string) => Promise<Readonly<Record<string, readonly string[]>>>;
  /** The work itself handles Ctrl-C and other signals; else the frame does, and interrupts the work. */
  readonly handlesSignals?: true;
  /** The paths of what is read without a pause. If that is much, a second process does the work. */
  readonly documents?: (options: Options) => readonly string[];
  /** Loaded when it runs: help and usage errors need none of it. */
  readonly load: () => Promise<Work>;
}

/** The same flags, under a heading of the help. */
export function inGroup(group: string, flags: Command['flags']): Command['flags'] {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, { ...flag, group }]),
  );
}

/** What a command does. The result is the exit code; an error becomes one in `main`. */
export type Work = (call: Call) => Promise<number>;

/** One call of a command, in the same shape for all of them. */
export interface Call {
  readonly options: Options;
  /** The directory of package.json, where docs/ is too. */
  readonly root: string;
  /** Each command by its name, for what is made of all of them. */
  readonly commands: () => Promise<ReadonlyMap<string, Command>>;
  /** As they were typed after the command's name, to repeat the call. */
  readonly words: readonly string[];
  /** Those that say how much is said, which are not in the others. */
  readonly talk: readonly string[];
  /** The same without arguments. */
  readonly flagWords: readonly string[];
  /** What is after `--`, for the command that runs another program. */
  readonly after: readonly string[] | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly terminal: { readonly isTTY?: boolean; readonly columns?: number };
  /** Form of a report in standard output that is no terminal; markdown if the command says nothing. */
  readonly piped?: string;
  /** Aborted by a signal. */
  readonly signal: AbortSignal;
  /** To be called when it is too late for an interruption. */
  readonly finish: () => void;
  /** To be called by work that keeps something when `signal` is aborted. Gives what a second signal aborts. */
  readonly waitForEnd: () => AbortSignal;
  /**
   * To be called before a file is made, or work begins whose end is waited for: lets an interruption in,
   * which is late for nothing then.
   */
  readonly beforeWriting: () => Promise<void>;
  /** The JSON of an error that ends no command. */
  readonly errorJson: (error: unknown) => ErrorJson;
  /** Says what takes so long, if it does. */
  readonly progress: <T>(what: string, work: Promise<T>) => Promise<T>;
}
