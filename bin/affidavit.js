#!/usr/bin/env node
// Runs on any Node, so that an old one gets an error of its own. CommonJS (package.json beside it), because it starts sooner.
'use strict';

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

const path = require('node:path');

const root = path.join(__dirname, '..');
const bundle = path.join(root, 'dist', 'bundle');
const { start } = require(path.join(bundle, 'start.cjs'));

start({ bundle, root, require }, process.argv.slice(2)).catch((error) => {
  // Node's own exit code for a bug is 1, which is a verdict here.
  process.stderr.write(`error: INTERNAL affidavit cannot start: ${error.message}\n`);
  process.exit(70);
});
