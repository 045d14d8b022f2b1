// Joins the modules of the program into few CommonJS files in DIST/bundle, and those of oclif into one:
// with a hundred small ones, Node spends more time on finding and linking them than on the work. docs/decisions/0006
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build, type OutputOptions, type Plugin } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, process.argv[2] ?? 'dist');

/** The modules of Node that every verification needs; the others are loaded where they are imported. */
const ALWAYS = [
  'node:buffer',
  'node:crypto',
  'node:fs',
  'node:fs/promises',
  'node:path',
  'node:stream/promises',
  'node:timers/promises',
  'node:zlib',
];
/**
 * Big packages that a verification does not need are not joined. Neither is what oclif looks for in
 * checkouts.
 */
const APART = [
  /^@cyclonedx\//,
  /^@octokit\//,
  /^@tufjs\//,
  /^ajv(?:-formats|\/|$)/,
  /^oauth4webapi$/,
  /^tuf-js(?:\/|$)/,
  /^@sigstore\/sign$/,
  /^typescript$/,
];
/** Its own file: V8 would read code that most commands do not need. */
const OCLIF = { module: './oclif.js', file: './oclif.cjs' };
/**
 * The files that the program is divided into. Each has the modules that it names, and what those import at
 * the top; the last one has the others.
 */
const PARTS = [
  { name: 'main', test: /\/cli\/main\.js$|^late:\.\/oclif/ },
  {
    name: 'verify',
    test: /\/(?:cli\/run-command|commands\/verify-evidence|cli\/work\/run-verify|trust\/library\/library-judge|trust\/public-good|report\/render\/(?:markdown|terminal)|report\/json)\.js$/,
  },
  {
    name: 'registry',
    test: /\/(?:cli\/work\/named-artifact|evidence\/verify\/verify-artifact)\.js$|^late:node:(?:https?|net|tls|dns\/promises)$/,
  },
  { name: 'others' },
];
const LATE = 'late:';

const modules = [
  ...(await joinInto('cli/start.js', 'start.cjs', false)),
  ...(await joinInto('cli/main.js', 'affidavit.cjs', { groups: PARTS })),
  ...(await joinInto('cli/oclif.js', 'oclif.cjs', false)),
];
writeFileSync(join(dist, 'bundle/THIRD-PARTY-NOTICES.txt'), noticesOf(modules));

/** Gives the paths of the modules that were joined. */
async function joinInto(
  entry: string,
  name: string,
  codeSplitting: NonNullable<OutputOptions['codeSplitting']>,
): Promise<readonly string[]> {
  const { output } = await build({
    // The comments that name each module are relative to it, whatever the build's directory is called.
    cwd: dist,
    input: join(dist, entry),
    platform: 'node',
    external: ALWAYS,
    plugins: [loadLate()],
    // Compiled only when they are called: a command needs few of them.
    optimization: { pifeForModuleWrappers: false },
    output: {
      dir: join(dist, 'bundle'),
      entryFileNames: name,
      chunkFileNames: '[name].cjs',
      format: 'cjs',
      codeSplitting,
      // A module runs when it is imported, although it stands in a file with others.
      strictExecutionOrder: codeSplitting !== false,
    },
    logLevel: 'warn',
    checks: { ineffectiveDynamicImport: false },
  });
  const chunks = output.filter((file) => file.type === 'chunk');
  for (const { fileName, code } of chunks) {
    writeFileSync(join(dist, 'bundle', fileName), asciiOf(withoutPlace(code)));
  }
  return chunks.flatMap(({ moduleIds }) => moduleIds);
}

/**
 * rolldown loads what is external at the top of the file, needed or not. As a module of its own, it is loaded where
 * it is imported, like any other.
 */
function loadLate(): Plugin {
  return {
    name: 'load-late',
    resolveId(id, importer) {
      if (importer?.startsWith(LATE) === true) return { id, external: true };
      if (importer !== undefined && id === OCLIF.module) return `${LATE}${OCLIF.file}`;
      return isLate(id) ? `${LATE}${id}` : null;
    },
    load(id) {
      return id.startsWith(LATE)
        ? {
            code: `module.exports = require(${JSON.stringify(id.slice(LATE.length))});`,
            moduleType: 'js',
          }
        : null;
    },
  };
}

function isLate(id: string): boolean {
  return (id.startsWith('node:') && !ALWAYS.includes(id)) || APART.some((name) => name.test(id));
}

/** A package is named as such, wherever it is installed. */
function withoutPlace(code: string): string {
  return code.replaceAll(/^(\s*\/\/ )\S*?(?=node_modules\/\S+$)/gm, '$1');
}

/** V8 needs a quarter of the time for a text of one byte a character. */
function asciiOf(code: string): string {
  if (/String\.raw`[^`]*[^\0-\x7f]/.test(code)) throw new Error('String.raw takes no escapes');
  return code.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The licences of the packages whose code was joined, as they require. */
function noticesOf(moduleIds: readonly string[]): string {
  const packages = new Set(moduleIds.flatMap((id) => packageDirectory(id) ?? []));
  return [...packages].toSorted().map(noticeOf).join('\n');
}

function packageDirectory(moduleId: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(moduleId)?.[0];
}

function noticeOf(directory: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  if (!isRecord(manifest)) throw new Error(`${directory} has no package.json`);
  const { name, version, license } = manifest;
  const file = readdirSync(directory).find((entry) => /^(?:licen[cs]e|copying)/i.test(entry));
  const path = join(directory, file ?? '');
  const text = file === undefined || !existsSync(path) ? '' : readFileSync(path, 'utf8');
  return `${'='.repeat(80)}\n${String(name)} ${String(version)}, ${String(license)}\n\n${text}\n`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
