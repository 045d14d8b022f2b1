/** One of several shares of a list, from 1 on. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** By their places in the list: whoever has the same list has the same shares. */
export function isInShard(place: number, { index, count }: Shard): boolean {
  return place % count === index - 1;
}

/**
 * Answers in the order of the items, of which at most `most` are taken before the first is answered: so there are never
 * more than these in memory.
 */
export async function* inOrder<Item, Answer>(
  items: AsyncIterable<Item> | Iterable<Item>,
  answer: (item: Item) => Promise<Answer>,
  most: number,
): AsyncGenerator<Answer, void> {
  const open: Promise<Answer>[] = [];
  for await (const item of items) {
    open.push(answer(item));
    const [first] = open;
    if (first === undefined || open.length < most) continue;
    yield await first;
    void open.shift();
  }
  for (const one of open) yield await one;
}

/** One of each in turn, as their places in the list were shared. */
export async function* byTurns<T>(
  streams: readonly AsyncGenerator<T, void>[],
): AsyncGenerator<T, void> {
  let open = streams;
  while (open.length > 0) {
    const left: AsyncGenerator<T, void>[] = [];
    for (const stream of open) {
      const next = await stream.next();
      if (next.done === true) continue;
      left.push(stream);
      yield next.value;
    }
    open = left;
  }
}
