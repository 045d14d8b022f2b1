import { ENDING_EXIT_CODES, WORST_FIRST } from '../attestation/verdict.ts';
import type {
  BatchJson,
  CodeJson,
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

type Counts = Map<Outcome, number>;

/** Adds up reports as they come, in memory that does not grow with them. */
export class Summary {
  #bundles = 0;
  #unsigned = 0;
  #notListed = 0;
  #sandbox = false;
  readonly #outcomes: Counts = new Map();
  readonly #unproven: Partial<Record<keyof UnprovenJson, number>> = {};
  readonly #problems = new Map<CodeJson['code'], CodeJson>();
  readonly #recipes = new Groups();
  readonly #signers = new Groups();
  readonly #weakened = new Set<string>();
  readonly #rows = new Map<string, RowJson>();

  add(row: Row): void {
    this.#bundles += 1;
    this.#unsigned += row.unsigned ? 1 : 0;
    this.#sandbox ||= row.sandbox;
    for (const flag of row.weakened) this.#weakened.add(flag);
    count(this.#outcomes, row.outcome);
    if (row.outcome === 'verified' && !row.proven) this.#countUnproven(row);
    for (const problem of row.problems) this.#countProblem(problem);
    if (row.recipe !== undefined) this.#recipes.add(row.recipe, row.outcome);
    if (row.signer !== undefined) this.#signers.add(row.signer, row.outcome);
    if (row.outcome !== 'verified') this.#list(row);
  }

  get bundles(): number {
    return this.#bundles;
  }

  get outcomes(): CountsJson {
    return countsJson(this.#outcomes);
  }

  get worst(): Outcome {
    return WORST_FIRST.find((outcome) => this.#outcomes.has(outcome)) ?? 'verified';
  }

  json(around: Around): SummaryJson {
    return {
      bundles: this.#bundles,
      outcomes: this.outcomes,
      unproven: { ...this.#unproven },
      problems: [...this.#problems.values()],
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

  #countUnproven({ unsigned, sandbox }: Row): void {
    const why = unsigned ? 'unsigned' : sandbox ? 'sandbox' : 'weakened';
    this.#unproven[why] = (this.#unproven[why] ?? 0) + 1;
  }

  /** What to do is said as the first says it. Codes are a closed list. */
  #countProblem({ code, next }: Row['problems'][number]): void {
    const same = this.#problems.get(code) ?? { code, bundles: 0, next };
    this.#problems.set(code, { ...same, bundles: same.bundles + 1 });
  }

  #list({ path, outcome, codes, recipe, signer, manifestDigest, copy }: Row): void {
    const key = `${outcome} ${copy}`;
    const same = this.#rows.get(key);
    if (same === undefined && this.#rows.size >= MOST.rows) {
      this.#notListed += 1;
      return;
    }
    const { copies = 0, paths = [] } = same ?? {};
    const row = { outcome, codes, recipe, signer, manifestDigest, copies: copies + 1 };
    this.#rows.set(key, { ...row, paths: paths.length < MOST.paths ? [...paths, path] : paths });
  }
}

class Groups {
  readonly #named = new Map<string, Counts>();
  readonly #others: Counts = new Map();

  add(name: string, outcome: Outcome): void {
    let counts = this.#named.get(name);
    if (counts === undefined && this.#named.size >= MOST.groups) counts = this.#others;
    if (counts === undefined) this.#named.set(name, (counts = new Map()));
    count(counts, outcome);
  }

  json(): readonly GroupJson[] {
    const named = [...this.#named].map(([name, counts]) => ({
      name,
      outcomes: countsJson(counts),
    }));
    return [...named, ...(this.#others.size === 0 ? [] : [{ outcomes: countsJson(this.#others) }])];
  }
}

function count(counts: Counts, outcome: Outcome): void {
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
}

/** In one order, whatever came first. */
function countsJson(counts: Counts): CountsJson {
  return Object.fromEntries(
    WORST_FIRST.toReversed().flatMap((outcome) => {
      const found = counts.get(outcome);
      return found === undefined ? [] : [[outcome, found] as const];
    }),
  );
}
