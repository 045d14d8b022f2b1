import { SIGN_AGAIN, type Place } from '../../place.ts';
import type { LogEntry } from '../log-entry.ts';

export function logEntryPlace(entry: Pick<LogEntry, 'at'>, pointer = ''): Place {
  return { code: 'LOG_ENTRY_INVALID', at: `${entry.at}${pointer}`, hint: SIGN_AGAIN };
}
