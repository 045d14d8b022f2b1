// What the gate says of pull requests, each beside what it has to say. Exits 0 only if they are the same.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';

import { PULL_REQUESTS, saidBy, World, type Expected } from '../test/gate/pull-requests.ts';
import { withRegistry } from '../test/oci/registry.ts';

const PROGRAM = fileURLToPath(new URL('../bin/affidavit.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-demo-'));
/** `--keep DIR`: each report as Markdown and JSON, to look at; by default in a folder of its own. */
const { keep = mkdtempSync(join(tmpdir(), 'affidavit-gate-reports-')) } = parseArgs({
  options: { keep: { type: 'string' } },
}).values;
mkdirSync(keep, { recursive: true });
/** Shown whole. */
const EXAMPLE = 'an overlay changed';
let failures = 0;

try {
  await withRegistry({}, async (registry) => {
    const world = await World.open(folder, registry);
    for (const [index, pullRequest] of PULL_REQUESTS.entries()) {
      const words = await world.wordsFor(pullRequest);
      const name = join(keep, String(index + 1).padStart(2, '0'));
      const forms = ['markdown=', 'terminal='].flatMap((form) => [
        '--format',
        `${form}${name}.${form === 'markdown=' ? 'md' : 'txt'}`,
      ]);
      const { code, stdout } = await run([...words, '--format', 'json', ...forms]);
      writeFileSync(`${name}.json`, stdout);
      const got = saidBy(code, stdout);
      const isSame = isDeepStrictEqual(got, pullRequest.expected);
      if (!isSame) failures += 1;
      console.log(`\n## ${pullRequest.title}\n`);
      console.log(`expected  ${shown(pullRequest.expected)}\ngot       ${shown(got)}`);
      console.log(isSame ? 'as expected' : 'NOT AS EXPECTED');
      if (pullRequest.title === EXAMPLE) {
        console.log(
          `\nits report:\n\n${readFileSync(`${name}.txt`, 'utf8').replaceAll(/^(?=.)/gm, '  ')}`,
        );
      }
    }
    await world.maker.close();
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${PULL_REQUESTS.length} pull requests, ${failures} not as expected.`);
console.log(`The reports, 01 to ${PULL_REQUESTS.length} as txt, md and json, are in ${keep}`);
process.exitCode = failures === 0 ? 0 : 1;

function shown({ exit, states, codes = [], findings = [] }: Expected): string {
  const recipes = Object.entries(states).map(([name, state]) => `${name} ${state}`);
  const none = exit === 0 ? 'no evidence is asked for' : 'refused, whatever the evidence is';
  const what = recipes.length === 0 ? none : recipes.join(', ');
  return [`exit ${exit}: ${what}`, ...codes, ...findings].join('; ');
}

/** The registry is in this process, which must not wait for it. */
async function run(words: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout });
    });
  });
}
