// Annotations: what the results of SARIF say, as the runner's commands.
import { plainError, type Ending } from './ending.ts';

interface Sarif {
  readonly runs: readonly { readonly results: readonly Result[] }[];
}

interface Result {
  readonly ruleId: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: { readonly text: string };
  readonly locations?: readonly {
    readonly physicalLocation?: {
      readonly artifactLocation?: { readonly uri?: string };
      readonly region?: { readonly startLine?: number };
    };
  }[];
}

interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly text: string;
  readonly file?: string;
  readonly line?: number;
}

/** What the program wrote itself. */
export function sarifIn(text: string | undefined): Sarif {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return text === undefined ? { runs: [] } : (JSON.parse(text) as Sarif);
}

const LEVELS = ['error', 'warning', 'notice'] as const;

/** GitHub shows ten of each level of a step, and says nothing of the others. */
const MOST = 10;

/** Of results of SARIF, or of an error that left none. */
export function annotationsOf(sarif: Sarif, ending: Ending): readonly Annotation[] {
  const results = sarif.runs.flatMap((run) => run.results);
  return results.length === 0 ? ofError(ending) : results.map((result) => ofResult(result));
}

/** The worst first, and of each level no more than are shown. */
export function mostOf(all: readonly Annotation[]): readonly Annotation[] {
  return LEVELS.flatMap((level) => capped(all.filter((each) => each.level === level)));
}

function capped(all: readonly Annotation[]): readonly Annotation[] {
  const [first] = all;
  if (first === undefined || all.length <= MOST) return all;
  const shown = all.slice(0, MOST - 1);
  const text = `${all.length - shown.length} more are in the report and in the job's summary`;
  return [...shown, { level: first.level, title: 'affidavit', text }];
}

/** A command that ended before there was anything to judge. */
function ofError({ error }: Ending): readonly Annotation[] {
  if (error === undefined) return [];
  return [{ level: 'error', title: error.code, text: plainError(error) }];
}

function ofResult({ ruleId, level, message, locations }: Result): Annotation {
  const kind = level === 'note' ? 'notice' : level;
  const shown: Annotation = { level: kind, title: ruleId, text: message.text };
  const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {};
  const file = pathOf(artifactLocation?.uri ?? '');
  if (file === undefined) return shown;
  return { ...shown, file, line: region?.startLine ?? 1 };
}

/** Of a file of the repository; undefined for what is elsewhere. */
function pathOf(uri: string): string | undefined {
  if (uri === '' || uri === '.' || /^[a-z]+:/i.test(uri)) return undefined;
  try {
    return decodeURIComponent(uri).replace(/^\.\//, '');
  } catch {
    return undefined;
  }
}

/** One line, whatever the text is: it ends nowhere, and begins no other command. */
export function plainAnnotation({ level, title, text, file, line }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${property(title)}`,
  ];
  return `::${level} ${properties.join(',')}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
