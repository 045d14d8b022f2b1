import { readFileSync, writeFileSync } from 'node:fs';

/** `UPDATE_GOLDEN=1` writes what the code makes now; read the difference before you commit it. */
export const UPDATING = process.env['UPDATE_GOLDEN'] === '1';

/** What a report looked like when somebody last looked at it. */
export function golden(name: string, actual: string): string {
  const file = new URL(`../../testdata/golden/${name}`, import.meta.url);
  if (UPDATING) writeFileSync(file, actual);
  return readFileSync(file, 'utf8');
}
