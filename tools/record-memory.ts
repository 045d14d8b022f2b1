// Preloaded by the benchmark: leaves the largest resident memory of the process, in MiB, in a file.
import { writeFileSync } from 'node:fs';

const path = process.env['AFFIDAVIT_BENCH_MEMORY'];
if (path !== undefined) {
  process.on('exit', () => {
    writeFileSync(path, String(process.resourceUsage().maxRSS / 1024));
  });
}
