import type { Data } from '../../src/document/data.ts';
import { decodeJson } from '../../src/document/json.ts';

/** A JavaScript value as the data that a document with it becomes. */
export function dataFrom(value: unknown): Data {
  return decodeJson(new TextEncoder().encode(JSON.stringify(value)), 'test.json');
}
