/** Ten times would be in proportion; each item twice as dear with ten times as many is allowed, no more. */
const MOST = 15;
/** What the counting itself is off by, as a part of what little input costs. */
const NOISE = 0.02;

/** What the work on one kind of input costs with a few, with some, and with ten times as many. */
export interface Costs {
  readonly name: string;
  readonly few: number;
  readonly some: number;
  readonly tenfold: number;
}

export function isEndless({ few, some, tenfold }: Costs): boolean {
  return tenfold - few > MOST * (some - few) + NOISE * few;
}
