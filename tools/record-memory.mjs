// Preloaded by the benchmark: leaves the largest resident memory of the process, in MiB, in a file. JavaScript: to load
// TypeScript, Node would need some 40 MiB of its own.
import { writeFileSync } from 'node:fs';

const path = process.env['AFFIDAVIT_BENCH_MEMORY'];
if (path !== undefined) {
  process.on('exit', () => {
    writeFileSync(path, String(process.resourceUsage().maxRSS / 1024));
  });
}
