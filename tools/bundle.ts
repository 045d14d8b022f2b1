// Joins the modules of each command into few files under DIST/bundle/: with a hundred small ones, Node
// spends more time on finding and linking them than on the work. docs/decisions/0006
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, process.argv[2] ?? 'dist');
const commands = readdirSync(join(dist, 'commands')).filter((name) => name.endsWith('.js'));

const { output } = await build({
  input: {
    main: join(dist, 'cli/main.js'),
    ...Object.fromEntries(
      commands.map((name) => [
        `commands/${name.slice(0, -'.js'.length)}`,
        join(dist, 'commands', name),
      ]),
    ),
  },
  platform: 'node',
  external: [
    // What is loaded only for help, for signing or for packing stays where it is.
    /^@oclif\/core\/(?:run|command)$/,
    /^@cyclonedx\//,
    /^@sigstore\/sign$/,
    // oclif looks for it in checkouts of its users; nothing here needs it.
    /^typescript$/,
  ],
  output: {
    dir: join(dist, 'bundle'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  },
  logLevel: 'warn',
});

const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
writeFileSync(join(dist, 'bundle/THIRD-PARTY-NOTICES.txt'), noticesOf(modules));

/** The licences of the packages whose code was joined in, as their terms ask. */
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
