// One of many verifications in a list.
import { sentence } from '../../sentence.ts';
import type { ListedRow, Outcome } from '../report-json.ts';
import { WORDS, codesText } from './batch-blocks.ts';
import type { Inline, Said, Tone } from './block.ts';

export const LIST_COLUMNS = ['verdict', 'bundle', 'recipe', 'cluster', 'signed', 'signer'] as const;

/** A cell for each column; one without anything is empty. */
export function listCells(row: ListedRow): readonly Inline[] {
  const { path, codes, recipe = '', cluster = '', signedAt = '', signer = '' } = row;
  const why = codes.length === 0 ? [] : sentence` (${codesText(codes)})`;
  return [
    [{ said: listVerdict(row) }],
    [...sentence`${path}`, ...why],
    ...[recipe, cluster, signedAt, signer].map((value) => sentence`${value}`),
  ];
}

/** The word verified, and a tone that is good, only for what is proven. */
function listVerdict({ outcome, proven, unsigned, sandbox, weakened }: ListedRow): Said {
  const state = WORDS[outcome] ?? outcome;
  if (!JUDGED.has(outcome)) return { words: state, tone: TONES[outcome] };
  if (outcome === 'verified' && proven) return { words: 'verified', tone: 'good' };
  const less = [
    ...(unsigned ? ['UNSIGNED'] : []),
    ...(sandbox ? ['SANDBOX'] : []),
    ...(weakened.length > 0 ? ['WEAKENED'] : []),
  ];
  return { words: [...less.slice(0, 1), state].join(' '), tone: TONES[outcome] };
}

const JUDGED: ReadonlySet<Outcome> = new Set<Outcome>(['verified', 'failed', 'undecided']);

const TONES: Readonly<Record<Outcome, Tone>> = {
  verified: 'doubtful',
  failed: 'bad',
  undecided: 'doubtful',
  unjudged: 'doubtful',
  usage: 'doubtful',
  invalid: 'bad',
  internal: 'bad',
};
