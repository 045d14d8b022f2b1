// The files of the recipes that a recipe only names: `affidavit.files`. docs/format.md §4

import { compareBytes } from '../../compare-bytes.ts';
import type { Json } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { NamedFile } from '../recipe/recipe-component.ts';
import { BY_FORMAT } from './claim-shapes.ts';

export function filesClaim(files: readonly NamedFile[]): Json {
  return files.map(({ path, digest }) => ({ path, digest }));
}

/**
 * As they were received; undefined if nobody bound them. Nothing in the bundle shows them, so their form is judged
 * whole. Throws FIELD_MISSING, FIELD_INVALID, FIELD_UNKNOWN.
 */
export function filesIn(affidavit: ObjectReader): readonly NamedFile[] | undefined {
  if (!affidavit.has('files')) return undefined;
  let before = '';
  return affidavit.list('files', (item, at) => {
    const row = new ObjectReader(item, at);
    const path = row.string('path');
    if (!isInside(path) || compareBytes(before, path) >= 0) {
      const expected = 'paths inside the directory of recipes, sorted by their bytes, each once';
      row.refuse('path', { code: 'FIELD_INVALID', expected, hint: BY_FORMAT });
    }
    const digest = row.digest('digest', BY_FORMAT);
    row.end();
    before = path;
    return { path, digest };
  });
}

/** No reader of evidence who joins it to a directory is led out of that. */
function isInside(path: string): boolean {
  return path.split(/[/\\]/).every((part) => !['', '.', '..'].includes(part));
}
