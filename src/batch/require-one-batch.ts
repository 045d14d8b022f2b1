import { EvidenceError } from '../errors/evidence-error.ts';
import { escapeInvisible, quote } from '../quote.ts';
import type { BatchJson, RulesJson } from '../report/report-json.ts';

/** A stored report of a shard, and the name of its file for complaints. */
export interface StoredShard {
  readonly file: string;
  readonly batch: BatchJson;
}

type RuleJson = RulesJson[string];

/** What all shards of one batch have in common, in words. */
const COMMON: Readonly<Record<string, (batch: BatchJson) => unknown>> = {
  'version of the tool': ({ tool }) => `${tool.name} ${tool.version}`,
  'trusted root': ({ summary }) => summary.root?.digest,
  policy: ({ summary }) => summary.policy?.digest,
  'number of shards': ({ summary }) => summary.shard?.count ?? 1,
  // One that stopped at the first that is not verified did not read the list to its end.
  'list of inputs': ({ summary: { inputs, stopped } }) =>
    stopped === undefined ? `${inputs.count} ${inputs.digest}` : undefined,
};

/**
 * The shards of one batch, in their order.
 *
 * @throws EvidenceError SHARDS_DIFFER (unjudged) if they are not all shards of one batch, each once
 */
export function requireOneBatch<Shard extends StoredShard>(
  shards: readonly Shard[],
): readonly Shard[] {
  for (const [what, of] of Object.entries(COMMON)) requireCommon(shards, what, of);
  requireSameRules(shards);
  const stopped = shards.find(({ batch }) => batch.summary.stopped === 'interrupted');
  if (stopped !== undefined) {
    throw differ(stopped.file, 'a shard that was interrupted', 'one that was judged to its end');
  }
  requireAll(shards, shards[0]?.batch.summary.shard?.count ?? 1);
  return shards.toSorted((a, b) => indexOf(a) - indexOf(b));
}

/** What was judged by other flags is no part of one whole. An older report that names none fits only its like. */
function requireSameRules(shards: readonly StoredShard[]): void {
  const [first] = shards;
  const rules = first?.batch.summary.rules;
  for (const { file, batch } of shards) {
    const others = batch.summary.rules;
    if ((rules === undefined) !== (others === undefined)) {
      const found = `a shard ${others === undefined ? 'without' : 'with'} the rules by which it was judged, unlike ${first?.file}`;
      throw differ(file, found, 'shards of one version of the tool');
    }
    const names = Object.keys({ ...rules, ...others });
    const name = names.find((each) => !isSame(rules?.[each], others?.[each]));
    if (name === undefined) continue;
    const found = `judged ${sayRule(name, others?.[name])}; ${first?.file} ${sayRule(name, rules?.[name])}`;
    throw differ(file, found, 'shards that were judged by the same rules');
  }
}

/** Text of a stranger: it is a stored report. */
function sayRule(flag: string, value: RuleJson | undefined): string {
  const name = escapeInvisible(flag);
  if (value === undefined) return `without ${name}`;
  return `with ${name}${value === true ? '' : ` ${quote([value].flat().join(' '))}`}`;
}

function isSame(one: RuleJson | undefined, other: RuleJson | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function requireAll(shards: readonly StoredShard[], count: number): void {
  const other = shards.find((shard) => indexOf(shard) > count);
  if (other !== undefined) {
    throw differ(other.file, `shard ${indexOf(other)}`, `one of ${count} shards`);
  }
  for (let index = 1; index <= count; index += 1) {
    const same = shards.filter((shard) => indexOf(shard) === index);
    if (same.length === 1) continue;
    const found = same.length === 0 ? 'no report' : `${same.length} reports`;
    const expected = `each of the ${count} shards once`;
    throw differ(
      same.at(-1)?.file ?? shards[0]?.file,
      `${found} of shard ${index} of ${count}`,
      expected,
    );
  }
}

function indexOf({ batch }: StoredShard): number {
  return batch.summary.shard?.index ?? 1;
}

function requireCommon(
  shards: readonly StoredShard[],
  what: string,
  of: (batch: BatchJson) => unknown,
): void {
  const known = shards.filter(({ batch }) => of(batch) !== undefined || what === 'policy');
  const [first] = known;
  const other = known.find(({ batch }) => first !== undefined && of(batch) !== of(first.batch));
  if (first === undefined || other === undefined) return;
  throw differ(other.file, `another ${what} than in ${first.file}`, 'shards of one batch');
}

function differ(at: string | undefined, found: string, expected: string): EvidenceError {
  return new EvidenceError('SHARDS_DIFFER', {
    ...{ at, found, expected },
    hint: 'run the shards again that are missing or others, each with the same inputs and flags, and merge all of them',
  });
}
