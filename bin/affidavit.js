#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Compiled code is kept beside the code itself: whoever can write there could change the program
// anyway. Node's default, a directory under the shared temporary one, would let others in.
enableCompileCache(fileURLToPath(new URL('.compile-cache', new URL('..', import.meta.url))));

const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2), root);
