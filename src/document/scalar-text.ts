import { Plain } from './data.ts';
import type { Data } from './data.ts';

/** A scalar's source text. Null, lists and maps have none: there is no value. */
export function scalarText(data: Data | undefined): string | undefined {
  if (typeof data === 'string') return data;
  return data instanceof Plain && data.type !== 'null' ? data.text : undefined;
}
