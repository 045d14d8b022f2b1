// Joins the modules of each command into few files under DIST/bundle/: with a hundred small ones, Node
// spends more time on finding and linking them than on the work. docs/decisions/0006
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, process.argv[2] ?? 'dist');
const commands = readdirSync(join(dist, 'commands')).filter((name) => name.endsWith('.js'));

await build({
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
  // What is loaded only for help, for signing or for packing stays where it is.
  external: [/^@oclif\/core\/(?:run|command)$/, /^@cyclonedx\//, /^@sigstore\/sign$/],
  output: {
    dir: join(dist, 'bundle'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  },
  logLevel: 'warn',
});
