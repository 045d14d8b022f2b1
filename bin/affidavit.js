#!/usr/bin/env node
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  if (!('enableCompileCache' in nodeModule)) {
    throw new Error(`affidavit needs Node 22.22.2 or newer, and this is ${process.version}`);
  }
  // Compiled code is kept beside the code itself: whoever can write there could change the program
  // anyway. Node's default, a directory under the shared temporary one, would let others in.
  nodeModule.enableCompileCache(
    fileURLToPath(new URL('.compile-cache', new URL('..', import.meta.url))),
  );
  const { main } = await import('../dist/bundle/main.js');
  await main(process.argv.slice(2), root);
} catch (error) {
  // What fails before `main` can say it. Node's own exit code is 1, and that is a verdict here.
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`error: INTERNAL ${message}\n`);
  process.exitCode = 70;
}
