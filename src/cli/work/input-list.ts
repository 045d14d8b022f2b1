import { createHash } from 'node:crypto';

import { isInShard, type Shard } from '../../batch/in-order.ts';
import { digestOfHex } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { followed, isFolder, isLayoutFolder } from '../../io/disk/folders.ts';
import { requireHarmless } from '../../io/disk/harmless-output.ts';
import {
  listInputs,
  listLines,
  PassedOver,
  requireModestPatterns,
  type Listed,
} from '../../io/disk/list-inputs.ts';
import { MAX_PATH_BYTES } from '../../io/disk/raw-path.ts';
import { linesOf } from '../../io/disk/read-lines.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { SummaryJson } from '../../report/report-json.ts';
import type { Call } from '../call/command.ts';
import { outputsOf } from '../call/report-flags.ts';

/** What a call wants to have verified, found while it is verified: a list of any length takes no memory. */
export class InputList {
  readonly #inputs: readonly string[];
  readonly #isAlone: boolean;
  readonly #outputs: readonly (readonly [string, string])[];
  readonly #shard: Shard | undefined;
  readonly #passedOver = new PassedOver();
  readonly #hash = createHash('sha256');
  readonly #listed: AsyncGenerator<Listed, void>;
  readonly #first: Listed[] = [];
  #count = 0;
  #taken = 0;
  #isWhole = false;

  constructor({ options, signal }: Call) {
    const from = options.text('from');
    this.#inputs = options.texts('input');
    requireModestPatterns(this.#inputs);
    this.#shard = shardOf(options.text('shard'));
    this.#isAlone = this.#inputs.length === 1 && from === undefined;
    this.#outputs = outputsOf(options);
    const listing = { layout: EVIDENCE_LAYOUT, passedOver: this.#passedOver };
    const lines =
      from === undefined ? [] : listLines(linesOf(from, signal, MAX_PATH_BYTES), listing);
    this.#listed = inTurn(listInputs(this.#inputs, listing), lines);
  }

  /** Whether the one input stands for itself alone. Throws USAGE for an empty list: nothing that was judged is no pass. */
  async isOneBundle(): Promise<boolean> {
    while (this.#first.length < 2) {
      const next = await this.#listed.next();
      if (next.done === true) break;
      this.#first.push(next.value);
    }
    const [first, ...more] = this.#first;
    if (first !== undefined) {
      const isOne =
        this.#isAlone &&
        more.length === 0 &&
        first === this.#inputs[0] &&
        !this.#hasMoreThanLayout(first);
      // A directory without a bundle is no share of anything: each shard says what is wrong.
      return isOne && (this.#shard === undefined || isFolder(first, EVIDENCE_LAYOUT));
    }
    throw new EvidenceError('USAGE', {
      at: '--from',
      found: 'no line with a path',
      expected: 'one bundle at least',
      hint: 'check what writes the list: to verify nothing proves nothing',
    });
  }

  /** Beside an image layout things were passed over: the report of one bundle would have no place to name them. */
  #hasMoreThanLayout(input: string): boolean {
    return this.#passedOver.count > 0 && isLayoutFolder(followed(input));
  }

  /** Those of the shard. A report must replace none of them. */
  async *items(): AsyncGenerator<Listed, void> {
    for await (const item of inTurn(this.#first, this.#listed)) {
      const path = typeof item === 'string' ? item : item.path;
      const place = this.#count++;
      this.#hash.update(`${path}\n`);
      for (const [flag, output] of this.#outputs) {
        requireHarmless(flag, output, { open: [path] });
      }
      if (this.#shard !== undefined && !isInShard(place, this.#shard)) continue;
      this.#taken += 1;
      yield item;
    }
    this.#isWhole = true;
  }

  /** How many are judged, once that is known. */
  get total(): number | undefined {
    return this.#isWhole ? this.#taken : undefined;
  }

  /** At the end. */
  json(): Pick<SummaryJson, 'inputs' | 'passedOver' | 'shard'> {
    const { count, paths } = this.#passedOver;
    return {
      inputs: { count: this.#count, digest: digestOfHex(this.#hash.digest('hex')) },
      ...(count > 0 && { passedOver: { count, paths } }),
      ...(this.#shard && { shard: this.#shard }),
    };
  }
}

async function* inTurn<T>(
  ...lists: readonly (AsyncIterable<T> | Iterable<T>)[]
): AsyncGenerator<T, void> {
  for (const list of lists) yield* list;
}

function shardOf(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  const hint = 'count shards from 1, e.g. --shard 1/4 to --shard 4/4';
  const place = { code: 'USAGE', at: '--shard', hint } as const;
  return refuse(place, quote(text), 'I/N, with I from 1 to N');
}
