// Preloaded by the benchmark: leaves the largest resident memory of the process, in MiB, in a file; of two processes, that of the larger one. JavaScript: to load
// TypeScript, Node would need some 40 MiB of its own.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const path = process.env['AFFIDAVIT_BENCH_MEMORY'];
if (path !== undefined) {
  process.on('exit', () => {
    const before = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
    writeFileSync(path, String(Math.max(before, process.resourceUsage().maxRSS / 1024)));
  });
}
