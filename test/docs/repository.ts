// The files of the repository, and the parts of its Markdown documents.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../run-cli.ts';

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A name that .gitignore lists, e.g. `node_modules/`, `*.tgz`; it has no other kinds of patterns. */
const IGNORED = read('.gitignore')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.replace(/\/$/, '').replaceAll('.', '\\.').replaceAll('*', '.*'));
const IS_IGNORED = new RegExp(`^(?:\\.git|${IGNORED.join('|')})$`);

/** Every file, sorted, with `/`; without git, so that an unpacked source archive is tested too. */
export function repositoryFiles(folder = ''): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !IS_IGNORED.test(name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? repositoryFiles(path) : [path];
    })
    .toSorted();
}

/** Every folder that holds a file, at any depth. */
export function repositoryFolders(): readonly string[] {
  const folders = new Set<string>();
  for (const file of repositoryFiles()) {
    for (let end = file.indexOf('/'); end !== -1; end = file.indexOf('/', end + 1)) {
      folders.add(file.slice(0, end));
    }
  }
  return [...folders].toSorted();
}

export interface Section {
  readonly heading: string;
  readonly body: string;
}

/** The sections of one level, e.g. `## `; headings in code blocks do not count. */
export function sectionsOf(markdown: string, level = 2): readonly Section[] {
  const sections: { heading: string; lines: string[] }[] = [];
  let isCode = false;
  const start = `${'#'.repeat(level)} `;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    if (!isCode && line.startsWith(start)) {
      sections.push({ heading: line.slice(start.length), lines: [] });
    } else {
      sections.at(-1)?.lines.push(line);
    }
  }
  return sections.map(({ heading, lines }) => ({ heading, body: lines.join('\n') }));
}

export function sectionOf(markdown: string, heading: string, level = 2): string {
  const section = sectionsOf(markdown, level).find((each) => each.heading === heading);
  if (section === undefined) throw new Error(`no section ${heading}`);
  return section.body;
}

/** The cells of every row of every table, without the rows of headings. */
export function tableRows(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n');
  return lines
    .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .replaceAll('\\|', '\u0000')
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('\u0000', '|').trim()),
    );
}

function isRule(line: string | undefined): boolean {
  return line !== undefined && /^\|(?: *:?-+:? *\|)+$/.test(line);
}

/** The first text in backticks, or "". */
export function codeIn(markdown: string): string {
  return codesIn(markdown)[0] ?? '';
}

/** The texts in backticks. */
export function codesIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}
