import { digestOf } from '../../digest.ts';
import type { ReadRecipe } from '../recipe/recipe.ts';
import type { ListedBom } from '../validate/judge.ts';

/** Documents that are kept of a kind, and the largest of them: so it never fills the memory. */
const MOST = { documents: 8, bytes: 256 * 1024 };

/** What the last documents of a kind say, by all that decides it: their bytes, and by which rules they are read. */
class LastRead<T> {
  readonly #known = new Map<string, T>();

  /** One that cannot be read is read again. */
  of(bytes: Uint8Array, rules: string, read: () => T): T {
    if (bytes.length > MOST.bytes) return read();
    const key = `${digestOf(bytes)} ${rules}`;
    const value = this.#known.get(key) ?? read();
    this.#known.delete(key);
    this.#known.set(key, value);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST.documents && oldest !== undefined) this.#known.delete(oldest);
    return value;
  }
}

/**
 * What recipes and bills of materials of other bundles say. Evidence of one recipe has the same bytes, so of many bundles
 * they are read once. What is judged by them is judged for each bundle.
 */
export class ReadBefore {
  readonly recipes = new LastRead<ReadRecipe>();
  readonly boms = new LastRead<ListedBom>();
}
