// Logs for the benchmark.
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Logs of one phase in a new directory. */
export function makeLogs(
  directory: string,
  mebibytes: number,
  line: (index: number) => string,
): string {
  mkdirSync(join(directory, 'performance'), { recursive: true });
  const file = openSync(join(directory, 'performance', 'nccl.log'), 'w');
  for (let mebibyte = 0; mebibyte < mebibytes; mebibyte += 1) {
    const lines = Array.from({ length: 8192 }, (_, index) => line(mebibyte * 8192 + index));
    writeSync(file, lines.join('').slice(0, 1024 * 1024));
  }
  closeSync(file);
  return directory;
}

/** Something like a log: times, node names and figures that all differ a little. */
export function logLine(index: number): string {
  const digits = hexOf(index);
  const time = new Date(1_781_053_200_000 + index * 37).toISOString();
  return `${time} gpu-${index % 8} ncclAllReduce rank=${index % 64} busbw=${parseInt(digits.slice(0, 6), 16) / 40000} GB/s ctx=0x${digits.slice(0, 12)} comm=${digits.slice(20, 28)} ok\n`.padEnd(
    128,
    '.',
  );
}

/** What cannot be compressed. */
export function randomLine(index: number): string {
  return `${hexOf(index)}${hexOf(index + 1e9)}`.padEnd(128, '\n');
}

function hexOf(index: number): string {
  return createHash('sha256').update(String(index)).digest('hex');
}
