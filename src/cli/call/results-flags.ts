// Which results are judged, and of which phases those are that do not say it.

import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Flag } from './command.ts';
import type { Options } from './options.ts';

export const RESULTS_FLAGS = {
  results: {
    type: 'texts',
    helpValue: 'PATH',
    summary:
      'Results: CTRF, JUnit XML, go test -json or the tarball of a Kubernetes conformance run, or a directory of them; all words until the next flag.',
  },
  phase: {
    type: 'texts',
    helpValue: 'NAME=PATH',
    summary: 'Results of this phase, where the file cannot say it; all words until the next flag.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

interface NamedResults {
  readonly path: string;
  /** As it was given; undefined if it was not. */
  readonly phase: string | undefined;
}

/** Each once, those of --phase after the others. Throws USAGE. */
export function resultsOf(options: Options): readonly NamedResults[] {
  const phases = options.texts('phase').map(phaseFile);
  const named = new Set(phases.map(({ path }) => path));
  const others = options.texts('results').filter((path) => !named.has(path));
  return [...others.map((path) => ({ path, phase: undefined })), ...phases];
}

/** A phase has no `=`, a path may have one. */
function phaseFile(word: string): NamedResults {
  const [, phase, path = ''] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
  if (phase !== undefined) return { phase, path };
  const hint = 'write it like --phase conformance=junit.xml';
  refuse({ code: 'USAGE', at: '--phase', hint }, quote(word), 'a phase, = and a file of results');
}
