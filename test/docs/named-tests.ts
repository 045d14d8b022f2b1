// Pages that say which test shows what: `test/FILE.test.ts` "title", "title of the same file".
import { read, repositoryFiles } from './repository.ts';

export interface NamedTest {
  readonly file: string;
  /** "" for a file alone. */
  readonly title: string;
}

/** @param file of the titles before any file */
export function testsIn(cell: string, file = ''): readonly NamedTest[] {
  let last = file;
  return [...cell.matchAll(/`(test\/[^`]+)`|"([^"]+)"/g)].map(([, path, title = '']) => {
    last = path ?? last;
    return { file: last, title };
  });
}

/** Those that are not there; where titles are shortened, parts of them will do. */
export function missing(tests: readonly NamedTest[], isWhole = true): readonly NamedTest[] {
  const files = new Set(repositoryFiles('test'));
  const isThere = (source: string, title: string): boolean =>
    (isWhole && title !== '' ? ["'", '"', '`'] : ['']).some((quote) =>
      source.includes(quote + title + quote),
    );
  return tests.filter(({ file, title }) => !files.has(file) || !isThere(read(file), title));
}
