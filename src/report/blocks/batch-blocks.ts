import { counted, joined, listed, sentence, words, type Sentence } from '../../sentence.ts';
// Many verifications: how many ended how, and then only what is not verified.
import { commandLine } from '../../shell-words.ts';
import { givenUpIn } from '../proven.ts';
import { LIMIT_OF_TRUST } from '../report-json.ts';
import type { BatchJson, CountsJson, GroupJson, RowJson, SummaryJson } from '../report-json.ts';
import type { Block, Inline, Line, Said, Tone } from './block.ts';
import { weakenedBanners } from './verdict.ts';

/** Paths of one row. */
const MOST_PATHS = 3;

export function batchBlocks(batch: BatchJson): readonly Block[] {
  const { recipes, signers } = batch.summary;
  return around(batch, [
    ...notVerifiedBlocks(batch),
    list('By recipe', recipes.map(groupText), 'recipe'),
    list('By signer', signers.map(groupText), 'signer'),
  ]);
}

/** Below the rows of all. If some had no room: those that are not verified. */
export function listEndBlocks(batch: BatchJson, left: number): readonly Block[] {
  return around(batch, left === 0 ? [] : notVerifiedBlocks(batch));
}

function notVerifiedBlocks({ summary }: BatchJson): readonly Block[] {
  const { notVerified, notListed } = summary;
  return [
    list('Not verified', notVerified.map(rowText), 'row'),
    ...(notListed === 0
      ? []
      : [{ block: 'note' as const, words: `${notListed} more are not verified.` }]),
  ];
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
function batchVerdict(summary: SummaryJson): Said {
  const { bundles, outcomes, stopped } = summary;
  const { verified = 0 } = outcomes;
  const isWhole = stopped === undefined;
  if (bundles === 0) return { words: 'none judged', tone: 'doubtful' };
  if (verified === bundles) {
    const isProven = summary.unsigned === 0 && givenUpIn(summary).length === 0;
    const state = isProven ? 'verified' : 'green, but not all proven';
    const tone = isProven && isWhole ? 'good' : 'doubtful';
    return { words: `${counted(bundles, 'bundle')}: all ${state}`, tone };
  }
  const left = bundles - verified;
  const said = `${counted(bundles, 'bundle')}: ${left} not verified`;
  return { words: said, tone: toneOf(outcomes) };
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
  const { outcomes, inputs, shard, root, policy, rules = {}, passedOver, mergedFrom } = summary;
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
  return [
    { label: 'bundles', text: words(sayCounts(outcomes)) },
    ...optional.flatMap(([label, text]) => (text === undefined ? [] : [{ label, text }])),
  ];
}

function sayCounts(outcomes: CountsJson): string {
  const said = Object.entries(outcomes).map(
    ([outcome, count]) => `${count} ${WORDS[outcome] ?? outcome}`,
  );
  return said.length === 0 ? 'none' : said.join(', ');
}

export const WORDS: Readonly<Record<string, string>> = {
  // Of a sandbox too, or unsigned where that is allowed: banners say so.
  verified: 'green',
  failed: 'not green',
  unjudged: 'not judged',
  usage: 'called wrongly',
  internal: 'ended by a bug',
};

function groupText({ name, outcomes }: GroupJson): Inline {
  return name === undefined
    ? words(`all others: ${sayCounts(outcomes)}`)
    : sentence`${name}: ${words(sayCounts(outcomes))}`;
}

function rowText({ outcome, codes, paths, copies, recipe, signer }: RowJson): Inline {
  const more = [recipe, signer].flatMap((value) =>
    value === undefined ? [] : [sentence`${value}`],
  );
  const about = joined([words(codes.join(', ')), ...more], ', ');
  const said = WORDS[outcome] ?? outcome;
  const times = copies === 1 ? '' : ` (${copies} times)`;
  return [...listed(paths, MOST_PATHS), `${times}: ${said}, `, ...about];
}

function list(title: string, items: readonly Inline[], noun: string): Block {
  return { block: 'list', title, items, noun };
}
