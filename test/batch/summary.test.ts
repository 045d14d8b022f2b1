import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ENDING_EXIT_CODES, WORST_EXIT_CODES, WORST_FIRST } from '../../src/attestation/verdict.ts';
import { inOrder, isInShard } from '../../src/batch/in-order.ts';
import { outcomeOf, type Row } from '../../src/batch/row.ts';
import { Summary } from '../../src/batch/summary.ts';
import { EXIT_CODES } from '../../src/cli/call/exit-codes.ts';
import { propertyRuns } from '../property-runs.ts';

const INPUTS = { count: 0, digest: 'sha256:' };

const row = fc.record<Row>({
  path: fc.string({ minLength: 1 }),
  outcome: fc.constantFrom(...WORST_FIRST),
  codes: fc.constant([]),
  problems: fc
    .tuple(fc.constantFrom('a', 'c', undefined), fc.boolean(), fc.boolean())
    .map(([next, differs, unsigned]) => [
      ...(differs ? [{ code: 'FILE_DIFFERS', next } as const] : []),
      ...(unsigned ? [{ code: 'UNSIGNED', next: 'b' } as const] : []),
    ]),
  recipe: fc.option(fc.string(), { nil: undefined }),
  signer: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
  manifestDigest: fc.constant(undefined),
  copy: fc.constantFrom('x', 'y', 'z'),
  proven: fc.boolean(),
  unsigned: fc.boolean(),
  sandbox: fc.boolean(),
  weakened: fc.constant([]),
});

function summaryOf(rows: readonly Row[]): Summary {
  const summary = new Summary();
  for (const each of rows) summary.add(each);
  return summary;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

describe('the worst', () => {
  it('is in this order', () => {
    expect([...WORST_EXIT_CODES]).toEqual([70, 2, 64, 3, 4, 1, 0]);
  });

  it('has a name for each exit code, and what is no exit code of a report is a bug', () => {
    const { interrupted: _, ...codes } = EXIT_CODES;
    for (const [name, code] of Object.entries(codes)) expect(outcomeOf(code)).toBe(name);
    expect([5, -1, Number.NaN].map(outcomeOf)).toEqual(['internal', 'internal', 'internal']);
  });

  it('is that of any of the rows', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const { exitCode } = summaryOf(rows);
        const codes = new Set<number>(rows.map(({ outcome }) => ENDING_EXIT_CODES[outcome]));
        const worst = [70, 2, 64, 3, 4, 1, 0].find((code) => codes.has(code)) ?? 0;
        expect(exitCode).toBe(worst);
      }),
      { numRuns: propertyRuns(50, 500) },
    );
  });
});

describe('the summary', () => {
  it('counts each row once everywhere', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const json = summaryOf(rows).json({ inputs: INPUTS });
        expect([json.bundles, sum(json.outcomes)]).toEqual([rows.length, rows.length]);
        const { verified = 0 } = json.outcomes;
        const less = sum(json.unproven);
        const green = rows.filter(({ outcome }) => outcome === 'verified');
        expect(less).toBe(green.filter(({ proven }) => !proven).length);
        for (const { code, bundles, next } of json.problems) {
          const having = rows.filter(({ problems }) => problems.some((each) => each.code === code));
          expect(bundles).toBe(having.length);
          const said = having.flatMap(({ problems }) =>
            problems.flatMap((each) => (each.code === code ? [each.next] : [])),
          );
          const isSame = new Set(said).size === 1 && said[0] !== undefined;
          expect(next === said[0]).toBe(isSame);
          expect(isSame || next.includes(`explain ${code}`)).toBe(true);
        }
        const listed = json.notVerified.reduce((total, { copies }) => total + copies, 0);
        expect(listed + json.notListed).toBe(rows.length - verified);
        const signed = json.signers.reduce((total, { outcomes }) => total + sum(outcomes), 0);
        expect(signed).toBe(rows.filter(({ signer }) => signer !== undefined).length);
        const lessSigned = json.signers.reduce(
          (total, { unproven = {} }) => total + sum(unproven),
          0,
        );
        expect(lessSigned).toBe(
          green.filter((each) => !each.proven && each.signer !== undefined).length,
        );
      }),
      { numRuns: propertyRuns(50, 500) },
    );
  });

  it('keeps no more than its limits of what strangers name', () => {
    const base = {
      outcome: 'invalid',
      codes: [],
      problems: [],
      unsigned: false,
      sandbox: false,
      weakened: [],
    };
    const rows = Array.from({ length: 3000 }, (_, index) => ({
      ...base,
      ...{ path: `p${index}`, copy: `c${index}`, recipe: `r${index}`, signer: `s${index}` },
    })) as unknown as readonly Row[];
    const json = summaryOf(rows).json({ inputs: INPUTS });
    expect([json.notVerified.length, json.notListed]).toEqual([1000, 2000]);
    expect(json.recipes).toHaveLength(101);
    expect(json.recipes.at(-1)).toEqual({ outcomes: { invalid: 2900 } });
  });
});

describe('answers in order', () => {
  it('come as the items do, whichever is ready first, with few of them open', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5)),
        fc.integer({ min: 1, max: 4 }),
        fc.scheduler(),
        async (items, most, scheduler) => {
          let open = 0;
          let highest = 0;
          const answer = async (item: number): Promise<number> => {
            open += 1;
            highest = Math.max(highest, open);
            await scheduler.schedule(Promise.resolve());
            open -= 1;
            return item;
          };
          const taken: number[] = [];
          const take = async (): Promise<void> => {
            for await (const item of inOrder(listOf(items), answer, most)) taken.push(item);
          };
          await scheduler.waitFor(take());
          expect(taken).toEqual(items);
          expect(highest).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: propertyRuns(50, 500) },
    );
  });
});

async function* listOf<T>(items: readonly T[]): AsyncGenerator<T, void> {
  yield* items;
}

describe('shards', () => {
  it('share every place, and none is in two', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 50 }), (place, count) => {
        const shards = Array.from({ length: count }, (_, index) => ({ index: index + 1, count }));
        expect(shards.filter((shard) => isInShard(place, shard))).toHaveLength(1);
      }),
      { numRuns: propertyRuns(50, 500) },
    );
  });
});
