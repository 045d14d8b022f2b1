#!/usr/bin/env node
// Runs on any Node, so that an old one is told apart from a bug.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 22) {
  process.stderr.write(`error: NODE_UNSUPPORTED this Node is too old
found: ${process.version}
 want: ^22.22.2 || ^24.15.0 || >=26
 next: install a newer Node, or run ./dev affidavit in a checkout, which brings one
`);
  process.exit(3);
}

// Compiled code is kept beside the code itself: whoever can write there could change the program
// anyway. Node's default, a directory under the shared temporary one, would let others in.
module.enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));

const { main } = await import('../dist/bundle/main.js');
await main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)));
