import { parseStart, parseTimeAt } from '../document/time.ts';
import type { MessageReader } from './message-reader.ts';

/** When something is valid: a closed interval of whole milliseconds, never larger than what was written. */
export interface Window {
  readonly start: Date;
  readonly end: Date;
}

const END_OF_TIME = new Date(8_640_000_000_000_000);

export function holds(window: Window, time: Date): boolean {
  return window.start <= time && time <= window.end;
}

export function readWindow(reader: MessageReader): Window {
  const start = parseTimeAt(reader.place('start'), reader.string('start'), parseStart);
  const end = reader.optionalText('end');
  return { start, end: end === undefined ? END_OF_TIME : parseTimeAt(reader.place('end'), end) };
}
