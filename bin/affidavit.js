#!/usr/bin/env node
// Runs on any Node, so that an old one is told apart from a bug.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// package.json "engines"
const [major, minor, patch] = process.versions.node.split('.').map(Number);
const isSupported =
  (major === 22 && (minor > 22 || (minor === 22 && patch >= 2))) ||
  (major === 24 && minor >= 15) ||
  major >= 26;
if (!isSupported) {
  process.stderr.write(`error: NODE_UNSUPPORTED this Node cannot run affidavit
found: ${process.version}
 want: ^22.22.2 || ^24.15.0 || >=26
 next: install one of these, or run ./dev affidavit in a checkout, which brings one
`);
  process.exit(3);
}

// Compiled code is kept beside the code itself: whoever can write there could change the program
// anyway. Node's default, a directory under the shared temporary one, would let others in.
module.enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));

const { main } = await import('../dist/bundle/main.js');
await main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)));
