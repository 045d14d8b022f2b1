// What a report says, before anything is decided about how it looks.
import type { SentencePart } from '../../sentence.ts';
import type { FaultJson } from '../report-json.ts';

/** How a reader shall take it; always said in words too. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'plain';

export interface Said {
  readonly words: string;
  readonly tone: Tone;
  /** In its place where nothing proves it; without it the same words. */
  readonly claim?: string;
}

/** A line of text: a sentence, in which states stand out. */
export type Inline = readonly (SentencePart | { readonly said: Said })[];

/** A line that begins with what it is about, e.g. `signer`. */
export interface Line {
  readonly label: string;
  readonly text: Inline;
}

/** What is wrong, what to do next, and the faults that say so. */
export interface Problem<F extends FaultJson = FaultJson> {
  readonly text: Inline;
  readonly next: string;
  readonly tone: Tone;
  readonly fault: F;
}

export type Block =
  | { readonly block: 'verdict'; readonly said: Said; readonly exitCode: number }
  /** Never folded: what takes the weight from the verdict. */
  | { readonly block: 'banners'; readonly items: readonly Line[] }
  | ProblemsBlock
  /** `labelWidth`: of the column of labels in a terminal, where many are long. */
  | { readonly block: 'lines'; readonly items: readonly Line[]; readonly labelWidth?: number }
  | { readonly block: 'note'; readonly words: string }
  /** A command line, never cut. */
  | {
      readonly block: 'command';
      readonly label: string;
      readonly lead: string;
      readonly command: string;
    }
  | ListBlock
  | TableBlock
  | StepsBlock
  /** Details that most readers skip. `brief` stands in their place where nothing folds, and `shortest` where room is short. */
  | {
      readonly block: 'fold';
      /** What it is about, for links to it. */
      readonly topic:
        | 'cluster'
        | 'tests'
        | 'constraints'
        | 'origin'
        | 'findings'
        | 'checks'
        | 'changes'
        | 'not-asked';
      readonly summary: string;
      readonly details: readonly (ListBlock | TableBlock | { block: 'note'; words: string })[];
      readonly brief: readonly ListBlock[];
      readonly shortest?: readonly ListBlock[];
    };

export interface ProblemsBlock {
  readonly block: 'problems';
  readonly items: readonly Problem[];
  /** How many are shown, at most, before what is below them. */
  readonly most: number;
  /** How many more there are than items. */
  readonly more?: number;
  /** Whether a terminal shows those whole, whatever room they take, and says of the others where they are. */
  readonly isWhole?: boolean;
}

export interface ListBlock {
  readonly block: 'list';
  readonly title?: string;
  readonly items: readonly Inline[];
  /** What an item is, for the count of those that are left out. */
  readonly noun: string;
  /** How many of them a terminal shows, if they are the report. */
  readonly most?: number;
  /** How many more there are than items. */
  readonly more?: number;
  /** Lines below each item in a terminal. */
  readonly below?: readonly (readonly Inline[])[];
}

export interface TableBlock {
  readonly block: 'table';
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Inline[])[];
  /** More rows of each row's item, without its first columns. */
  readonly below?: readonly (readonly (readonly Inline[])[])[];
  readonly noun: string;
  /** In its place in a terminal, if it is more than a detail. */
  readonly brief?: ListBlock;
}

/** What to do next for each of several. A command is never cut. */
export interface StepsBlock {
  readonly block: 'steps';
  readonly items: readonly StepsItem[];
  /** What an item is, for the count of those that are left out. */
  readonly noun: string;
  /** How many of them a terminal shows. */
  readonly most: number;
}

export interface StepsItem {
  readonly about: Inline;
  readonly steps: readonly {
    readonly lead: Inline;
    readonly commands: readonly string[];
  }[];
}

/** A state in a line. */
export function state(said: Said): Inline {
  return [{ said }];
}
