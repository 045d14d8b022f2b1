import type { Data, DataMap } from '../../document/data.ts';

/** A list and where each of its items is, by a text that tells items apart. */
export interface OwnList {
  readonly items: Data[];
  readonly places: Map<Data, number>;
}

/**
 * Maps and lists of a recipe in the making. What documents have is copied once; the copy is changed in its
 * place, so that many overlays for one component do not copy it many times.
 */
export class OwnValues {
  readonly #maps = new WeakMap<DataMap, Map<string, Data>>();
  readonly #lists = new WeakMap<readonly Data[], OwnList>();

  map(before: DataMap | undefined): Map<string, Data> {
    const known = before && this.#maps.get(before);
    if (known !== undefined) return known;
    const own = new Map(before);
    this.#maps.set(own, own);
    return own;
  }

  /** @param keyOf what an item is found by */
  list(before: readonly Data[], keyOf: (item: Data) => Data): OwnList {
    const known = this.#lists.get(before);
    if (known !== undefined) return known;
    const items = [...before];
    const own = { items, places: new Map(items.map((item, index) => [keyOf(item), index])) };
    this.#lists.set(items, own);
    return own;
  }
}
