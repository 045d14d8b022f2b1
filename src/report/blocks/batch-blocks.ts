// Many verifications: how many ended how, and then only what is not verified.

import { WORST_FIRST } from '../../attestation/verdict.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { escapeInvisible } from '../../quote.ts';
import { counted, joined, listed, sentence, words, type Sentence } from '../../sentence.ts';
import { commandLine } from '../../shell-words.ts';
import { LIMIT_OF_TRUST } from '../report-json.ts';
import type {
  BatchJson,
  CodeJson,
  CountsJson,
  GroupJson,
  Outcome,
  RowJson,
  SummaryJson,
} from '../report-json.ts';
import type { Block, Inline, Line, ListBlock, Said, Tone } from './block.ts';
import { rankOfCode } from './problems.ts';
import { weakenedBanners } from './verdict.ts';

/** Of one row. */
const MOST_PATHS = 3;
const MOST_CODES = 3;

/** Problems in a terminal, and rows. */
const MOST_ITEMS = 10;

export function batchBlocks(batch: BatchJson): readonly Block[] {
  const { recipes, signers } = batch.summary;
  return around(batch, [
    list('By recipe', recipes.map(groupText), 'recipe'),
    list('By signer', signers.map(groupText), 'signer'),
    ...problemBlocks(batch),
    ...notVerifiedBlocks(batch),
  ]);
}

/** Below the rows of all. If some had no room: those that are not verified. */
export function listEndBlocks(batch: BatchJson, left: number): readonly Block[] {
  return around(batch, [...problemBlocks(batch), ...(left === 0 ? [] : notVerifiedBlocks(batch))]);
}

/** The worst first, and of these what most bundles have. */
function problemBlocks({ summary }: BatchJson): readonly Block[] {
  const sorted = summary.problems.toSorted(
    (a, b) => rankOfCode(a.code) - rankOfCode(b.code) || b.bundles - a.bundles,
  );
  const items = sorted.map(problemText);
  return [{ block: 'list', title: 'By problem', items, noun: 'problem', most: MOST_ITEMS }];
}

function problemText({ code, bundles, next }: CodeJson): Inline {
  const [, meaning] = ERROR_CATALOGUE[code];
  const todo = next === '' ? [] : sentence`. Next: ${words(next)}`;
  return sentence`${code} in ${words(counted(bundles, 'bundle'))}: ${words(meaning)}${todo}`;
}

function notVerifiedBlocks({ summary }: BatchJson): readonly Block[] {
  const { notVerified, notListed } = summary;
  const worst = notVerified.toSorted((a, b) => rankOf(a.outcome) - rankOf(b.outcome));
  return [
    { ...list('Not verified', worst.map(rowText), 'row'), most: MOST_ITEMS },
    ...(notListed === 0
      ? []
      : [{ block: 'note' as const, words: `${notListed} more are not verified.` }]),
  ];
}

function rankOf(outcome: Outcome): number {
  return WORST_FIRST.indexOf(outcome);
}

function around(
  { summary, exitCode, repeat, tool }: BatchJson,
  inside: readonly Block[],
): readonly Block[] {
  const { passedOver } = summary;
  const lead = `Repeat with ${tool.name} ${tool.version}:`;
  return [
    { block: 'verdict', said: batchVerdict(summary), exitCode },
    { block: 'banners', items: banners(summary) },
    { block: 'lines', items: lines(summary) },
    ...inside,
    list(
      'Passed over',
      (passedOver?.paths ?? []).map((path) => sentence`${path}`),
      'path',
    ),
    { block: 'note', words: LIMIT_OF_TRUST },
    ...(repeat === undefined
      ? []
      : [{ block: 'command' as const, label: 'repeat', lead, command: commandLine(repeat) }]),
  ];
}

/** Good in tone only where each was proven, now, and all were judged. */
function batchVerdict({ bundles, outcomes, unproven, stopped }: SummaryJson): Said {
  if (bundles === 0) return { words: 'none judged', tone: 'doubtful' };
  const all = counted(bundles, 'bundle');
  if (provenIn({ outcomes, unproven }) === bundles) {
    return { words: `${all}: all verified`, tone: stopped === undefined ? 'good' : 'doubtful' };
  }
  const none = provenIn({ outcomes, unproven }) === 0 ? 'none verified, ' : '';
  return { words: `${all}: ${none}${sayCounts({ outcomes, unproven })}`, tone: toneOf(outcomes) };
}

type Ended = Pick<GroupJson, 'outcomes' | 'unproven'>;

/** By somebody who was named, under a root that is no sandbox, with no safety given up. */
function provenIn({ outcomes, unproven = {} }: Ended): number {
  const less = Object.values(unproven).reduce((sum, count) => sum + count, 0);
  return (outcomes.verified ?? 0) - less;
}

/** The same words for all, a recipe and a signer. */
function sayCounts({ outcomes, unproven = {} }: Ended): string {
  const { verified: _, ...others } = outcomes;
  const said = [
    [provenIn({ outcomes, unproven }), 'verified'] as const,
    [unproven.sandbox, 'green of a sandbox'] as const,
    [unproven.unsigned, 'green and unsigned'] as const,
    [unproven.weakened, 'green with less safety'] as const,
    ...Object.entries(others).map(
      ([outcome, count]) => [count, WORDS[outcome] ?? outcome] as const,
    ),
  ];
  return said.flatMap(([count = 0, how]) => (count === 0 ? [] : [`${count} ${how}`])).join(', ');
}

function toneOf({ internal, invalid, failed }: CountsJson): Tone {
  return [internal, invalid, failed].every((count) => count === undefined) ? 'doubtful' : 'bad';
}

function banners({ sandbox, unsigned, weakened, stopped }: SummaryJson): readonly Line[] {
  const why = stopped === 'interrupted' ? 'It was interrupted' : 'The first that is not verified';
  return [
    ...(stopped === undefined
      ? []
      : [{ label: 'STOPPED', text: words(`${why}: what came later was not judged.`) }]),
    ...(sandbox
      ? [{ label: 'SANDBOX', text: words('Signatures of a sandbox prove nothing.') }]
      : []),
    ...(unsigned > 0
      ? [{ label: 'UNSIGNED', text: words(`Nobody vouches for ${unsigned} of them.`) }]
      : []),
    ...weakenedBanners(weakened),
  ];
}

function lines(summary: SummaryJson): readonly Line[] {
  const { inputs, shard, root, policy, rules = {}, passedOver, mergedFrom } = summary;
  const flags = Object.entries(rules).flatMap(([flag, value]) =>
    value === true ? [flag] : [flag, ...[value].flat()],
  );
  const optional: readonly (readonly [string, Sentence | undefined])[] = [
    ['merged', mergedFrom === undefined ? undefined : words(`from ${mergedFrom} stored reports`)],
    ['shard', shard && words(`${shard.index} of ${shard.count}, of ${inputs.count} inputs`)],
    ['root', root && sentence`${root.source}, ${root.digest}`],
    ['policy', policy && sentence`${policy.source}, ${policy.digest}`],
    ['rules', flags.length === 0 ? undefined : sentence`${commandLine(flags)}`],
    ['passed over', passedOver && words(`${passedOver.count}, which are no bundles`)],
  ];
  return optional.flatMap(([label, text]) => (text === undefined ? [] : [{ label, text }]));
}

/** What there was and nobody judged here, a sentence each, for forms that have no summary of many. */
export function sayNotJudged(summary: SummaryJson): readonly string[] {
  const { bundles, stopped, shard, inputs, passedOver } = summary;
  const share =
    shard === undefined
      ? 'there was no input'
      : `shard ${shard.index} of ${shard.count} has none of the inputs (${inputs.count}), which the other shards judge`;
  const { count = 0, paths = [] } = passedOver ?? {};
  const left = count > paths.length ? `, and ${count - paths.length} more` : '';
  return [
    ...(bundles > 0 || stopped !== undefined ? [] : [`nothing was judged here: ${share}`]),
    ...(count === 0
      ? []
      : [
          `passed over, since they are no bundles: ${counted(count, 'path')}: ${paths.map(escapeInvisible).join(', ')}${left}`,
        ]),
  ];
}

export const WORDS: Readonly<Record<string, string>> = {
  // Of a sandbox too, or unsigned where that is allowed: banners say so.
  verified: 'green',
  failed: 'not green',
  unjudged: 'not judged',
  usage: 'called wrongly',
  internal: 'ended by a bug',
};

function groupText({ name, ...ended }: GroupJson): Inline {
  return name === undefined
    ? words(`all others: ${sayCounts(ended)}`)
    : sentence`${name}: ${words(sayCounts(ended))}`;
}

/** The first, and how many more. */
export function codesText(codes: readonly string[]): Sentence {
  const left = codes.length - MOST_CODES;
  const more = left > 0 ? ` and ${left} more` : '';
  return words(`${codes.slice(0, MOST_CODES).join(', ')}${more}`);
}

function rowText({ outcome, codes, paths, copies, recipe, signer }: RowJson): Inline {
  const more = [recipe, signer].flatMap((value) =>
    value === undefined ? [] : [sentence`${value}`],
  );
  const about = joined([codesText(codes), ...more], ', ');
  const said = WORDS[outcome] ?? outcome;
  const times = copies === 1 ? '' : ` (${copies} times)`;
  return [...listed(paths, MOST_PATHS), `${times}: ${said}, `, ...about];
}

function list(title: string, items: readonly Inline[], noun: string): ListBlock {
  return { block: 'list', title, items, noun };
}
