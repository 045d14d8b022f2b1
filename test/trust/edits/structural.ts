// The property: an edited bundle gets the verdict of its class, and an accepted one the proof that it had.

import * as fc from 'fast-check';

import { tooFew } from '../../../src/policy/judge-proofs.ts';
import type { Proof } from '../../../src/trust/trust.ts';
import { encode as encodeJson } from '../forge.ts';
import { baseOf, proofsOf, type Base, type Kind } from './bases.ts';
import { applyEdits, sayEdits, someEdits, type Edit } from './edit.ts';
import { classifier, type ExpectedClass } from './expected-class.ts';
import { encode, treeOf, type Tree } from './tree.ts';

/** How many edits were of each class. */
export type Tally = Readonly<Record<ExpectedClass, number>>;

/** A judge decided otherwise than the class of an edit says. */
export class WrongVerdict extends Error {
  readonly bundle: Buffer;

  constructor(message: string, bundle: Buffer) {
    super(message);
    this.bundle = bundle;
  }
}

/** Throws WrongVerdict with the fewest and smallest edits that show it. */
export function checkStructuralEdits(kind: Kind, runs: number, seed?: number): Tally {
  const scene = sceneOf(baseOf(kind));
  const tally = { refused: 0, equal: 0, smaller: 0 };
  const property = fc.property(someEdits, (edits) => {
    const expected = requireVerdict(scene, edits);
    tally[expected] += 1;
  });
  const found = fc.check(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
  const { errorInstance, counterexample } = found;
  if (!(errorInstance instanceof WrongVerdict)) {
    if (found.failed) throw errorInstance;
    return tally;
  }
  const said = `${kind}, seed ${found.seed}\n${errorInstance.message}`;
  throw new WrongVerdict(`${said}\n${JSON.stringify(counterexample?.[0])}`, errorInstance.bundle);
}

interface Scene {
  readonly tree: Tree;
  readonly twin: Tree;
  readonly classify: ReturnType<typeof classifier>;
  /** Of the bundle, and of its twin: enough parts of the twin are the twin. */
  readonly goods: readonly ReturnType<typeof proofsOf>[];
}

function sceneOf(base: Base): Scene {
  const [tree, twin] = [treeOf(base.bundle), treeOf(base.twin)];
  const goods = [base.bundle, base.twin].map((bundle) => proofsOf(encodeJson(bundle)));
  return { tree, twin, classify: classifier([tree, twin]), goods };
}

function requireVerdict(
  { tree, twin, classify, goods }: Scene,
  edits: readonly Edit[],
): ExpectedClass {
  const edited = applyEdits(tree, twin, edits);
  const { expected, of } = classify(edited);
  const bundle = encode(edited);
  for (const [index, found] of proofsOf(bundle).entries()) {
    const good = goods[of]?.[index];
    const verdict =
      good === undefined || good instanceof Error ? 'no base' : verdictOf(good, found);
    if (verdict !== expected) {
      const words = sayEdits(tree, twin, edits);
      const message = `${words}\nexpected ${expected}, found ${verdict}: ${sayProof(found)}`;
      throw new WrongVerdict(message, bundle);
    }
  }
  return expected;
}

/** The class that a judge's answer shows. A log or an authority less is too little for a policy that wants all. */
function verdictOf(good: Proof, found: Proof | Error): string {
  if (found instanceof Error) return 'refused';
  const [rest, otherRest] = [good, found].map((proof) => textOf({ ...proof, ...NO_WITNESSES }));
  if (rest !== otherRest) return 'another';
  const [witnesses, others] = [witnessesOf(good), witnessesOf(found)];
  if (new Set(others).size < others.length) return 'a witness twice';
  if (!others.every((witness) => witnesses.includes(witness))) return 'another';
  const isLess = logsOf(found) < logsOf(good) || authoritiesOf(found) < authoritiesOf(good);
  if (isLess !== isTooFew(good, found)) return 'another for a policy';
  return others.length < witnesses.length ? 'smaller' : 'equal';
}

/** Whether a policy that demands the proofs of the first refuses the second. */
function isTooFew(good: Proof, found: Proof): boolean {
  const minimum = { minimumLogs: logsOf(good), minimumTimestamps: authoritiesOf(good) };
  const judged = { file: '', name: undefined, now: undefined };
  return tooFew({ signers: [], ...minimum }, found, judged).length > 0;
}

function logsOf({ logEntries }: Proof): number {
  return new Set(logEntries.map(({ log }) => log)).size;
}

/** Two timestamps of one authority are one witness. */
function authoritiesOf({ times }: Proof): number {
  return new Set(times.flatMap(({ authority }) => authority ?? [])).size;
}

const NO_WITNESSES = { signedAt: undefined, times: [], logEntries: [] };

function witnessesOf({ times, logEntries }: Proof): readonly string[] {
  return [...times, ...logEntries].map(textOf);
}

function textOf(value: unknown): string {
  return JSON.stringify(value);
}

function sayProof(found: Proof | Error): string {
  return found instanceof Error ? found.message : witnessesOf(found).join(' ');
}
