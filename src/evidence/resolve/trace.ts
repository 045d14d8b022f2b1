import type { Data } from '../../document/data.ts';
import { pointerToken } from '../../document/text.ts';
import { encodeGo } from '../aicr/go-encode.ts';
import { renderYaml } from '../aicr/yaml-emitter.ts';

/** One layer said what a field of the recipe is. */
export interface Write {
  /** The overlay, mixin or profile, or `registry`. */
  readonly by: string;
  readonly at: string;
  readonly value: Data;
  /** The higher, the later: of an overlay as `rank` in `candidates.ts` says; the root comes before them, the others behind. */
  readonly rank: number;
  /** The value is added to a list, not put in the place of another. */
  readonly isAdded?: true;
}

/** Who set each field of a recipe: the last write counts, and in a list those that add to it. */
export class Trace {
  readonly writes = new Map<string, Write[]>();

  add(path: readonly string[], write: Write): void {
    const key = keyOf(path);
    const before = this.writes.get(key);
    if (before === undefined) this.writes.set(key, [write]);
    else before.push(write);
  }

  /** Where the field was set last. */
  placeOf(path: readonly string[]): string | undefined {
    return this.writes.get(keyOf(path))?.at(-1)?.at;
  }
}

function keyOf(path: readonly string[]): string {
  return path.map(pointerToken).join('/');
}

/** The value as AICR writes it, in one text: equal values have equal texts. */
export function valueText(value: Data): string {
  return renderYaml(encodeGo('any', value)).trimEnd();
}
