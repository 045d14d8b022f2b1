import { ENDING_EXIT_CODES, WORST_FIRST } from '../attestation/verdict.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type {
  BatchJson,
  CountsJson,
  GroupJson,
  Outcome,
  RowJson,
  SummaryJson,
  UnprovenJson,
} from '../report/report-json.ts';
import type { Row } from './row.ts';

/** What is kept, however many bundles there are; the others are counted. */
const MOST = { groups: 100, rows: 1000, paths: 100 };

/** What all of a batch have in common, and what only its end shows. */
export type Around = Pick<
  SummaryJson,
  'root' | 'policy' | 'rules' | 'inputs' | 'passedOver' | 'shard' | 'stopped' | 'mergedFrom'
>;

/** Adds up reports as they come, in memory that does not grow with them. */
export class Summary {
  #bundles = 0;
  #unsigned = 0;
  #notListed = 0;
  #sandbox = false;
  readonly #tally = new Tally();
  readonly #problems = new Map<ErrorCode, { bundles: number; next: string | undefined }>();
  readonly #recipes = new Groups();
  readonly #signers = new Groups();
  readonly #weakened = new Set<string>();
  readonly #rows = new Map<string, RowJson>();

  add(row: Row): void {
    this.#bundles += 1;
    this.#unsigned += row.unsigned ? 1 : 0;
    this.#sandbox ||= row.sandbox;
    for (const flag of row.weakened) this.#weakened.add(flag);
    this.#tally.add(row);
    for (const problem of row.problems) this.#countProblem(problem);
    if (row.recipe !== undefined) this.#recipes.add(row.recipe, row);
    if (row.signer !== undefined) this.#signers.add(row.signer, row);
    if (row.outcome !== 'verified') this.#list(row);
  }

  get bundles(): number {
    return this.#bundles;
  }

  get outcomes(): CountsJson {
    return this.#tally.outcomes;
  }

  get worst(): Outcome {
    return WORST_FIRST.find((outcome) => this.outcomes[outcome] !== undefined) ?? 'verified';
  }

  json(around: Around): SummaryJson {
    return {
      bundles: this.#bundles,
      outcomes: this.outcomes,
      unproven: this.#tally.unproven,
      problems: [...this.#problems].map(([code, { bundles, next = elsewhere(code) }]) => ({
        ...{ code, bundles, next },
      })),
      recipes: this.#recipes.json(),
      signers: this.#signers.json(),
      notVerified: [...this.#rows.values()],
      notListed: this.#notListed,
      unsigned: this.#unsigned,
      sandbox: this.#sandbox,
      weakened: [...this.#weakened],
      ...around,
    };
  }

  get exitCode(): BatchJson['exitCode'] {
    return ENDING_EXIT_CODES[this.worst];
  }

  /** Codes are a closed list. */
  #countProblem({ code, next }: Row['problems'][number]): void {
    const same = this.#problems.get(code) ?? { bundles: 0, next };
    const isSame = same.next === next;
    this.#problems.set(code, { bundles: same.bundles + 1, next: isSame ? next : undefined });
  }

  #list({ path, outcome, codes, recipe, signer, manifestDigest, copy }: Row): void {
    const key = `${outcome} ${copy}`;
    const same = this.#rows.get(key);
    if (same === undefined && this.#rows.size >= MOST.rows) {
      this.#notListed += 1;
      return;
    }
    const { copies = 0, paths = [], codes: others = [] } = same ?? {};
    const row = { outcome, recipe, signer, manifestDigest, copies: copies + 1 };
    this.#rows.set(key, {
      ...row,
      codes: [...new Set([...others, ...codes])],
      paths: paths.length < MOST.paths ? [...paths, path] : paths,
    });
  }
}

/** What to do, if it is not the same for all. */
function elsewhere(code: ErrorCode): string {
  return `it is not the same for all: see the report of each, or \`affidavit explain ${code}\``;
}

class Groups {
  readonly #named = new Map<string, Tally>();
  readonly #others = new Tally();

  add(name: string, row: Row): void {
    let tally = this.#named.get(name);
    if (tally === undefined && this.#named.size >= MOST.groups) tally = this.#others;
    if (tally === undefined) this.#named.set(name, (tally = new Tally()));
    tally.add(row);
  }

  json(): readonly GroupJson[] {
    const named = [...this.#named].map(([name, tally]) => ({ name, ...tally.json() }));
    const others = this.#others.json();
    return Object.keys(others.outcomes).length === 0 ? named : [...named, others];
  }
}

/** How many ended how, and of those that are verified, how many nobody has to believe. */
class Tally {
  readonly #outcomes = new Map<Outcome, number>();
  readonly #unproven = new Map<keyof UnprovenJson, number>();

  add({ outcome, proven, unsigned, sandbox }: Row): void {
    count(this.#outcomes, outcome);
    if (outcome !== 'verified' || proven) return;
    count(this.#unproven, unsigned ? 'unsigned' : sandbox ? 'sandbox' : 'weakened');
  }

  /** In one order, whatever came first. */
  get outcomes(): CountsJson {
    return Object.fromEntries(
      WORST_FIRST.toReversed().flatMap((outcome) => {
        const found = this.#outcomes.get(outcome);
        return found === undefined ? [] : [[outcome, found] as const];
      }),
    );
  }

  get unproven(): UnprovenJson {
    return Object.fromEntries(this.#unproven);
  }

  json(): Pick<GroupJson, 'outcomes' | 'unproven'> {
    const { outcomes, unproven } = this;
    return this.#unproven.size === 0 ? { outcomes } : { outcomes, unproven };
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
