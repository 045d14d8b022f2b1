// `evidence publish` in a folder with evidence, against a registry of a test.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';

import { expect } from 'vitest';

import { parsePointer, type Pointer } from '../../src/evidence/pointer/pointer.ts';
import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { EPOCH, INPUTS, OUT, Workplace } from '../e2e/emit.ts';
import type { Run } from '../run-cli.ts';
import type { Faults, TestRegistry } from './call.ts';
import { withRegistry } from './registry.ts';

export const LEFT = `${OUT}.attestation.json`;

/** What is packed once for all tests: redacted and not signed, or signed by a sandbox. */
const PACKED = new Map<string, Buffer>();

export async function pack(place: Workplace, how: '--no-sign' | '--sandbox'): Promise<void> {
  const known = PACKED.get(how);
  if (known !== undefined) {
    place.write(OUT, known);
    return;
  }
  const run = await place.validate([...INPUTS, how, '--emit-evidence', OUT], { env: EPOCH });
  expect(run.report.evidence?.path).toBe(OUT);
  PACKED.set(how, readFileSync(place.path(OUT)));
}

async function unsigned(): Promise<Workplace> {
  const place = new Workplace();
  await pack(place, '--no-sign');
  mkdirSync(place.path('recipes/evidence'), { recursive: true });
  return place;
}

export interface Published extends Run {
  readonly digest: string;
}

export async function publish(place: Workplace, ...words: readonly string[]): Promise<Published> {
  const run = await place.run(['evidence', 'publish', ...words]);
  return { ...run, digest: /@(sha256:[0-9a-f]{64})\n/.exec(run.stdout)?.[1] ?? '' };
}

export async function withPlace(
  faults: Faults,
  use: (target: string, place: Workplace, registry: TestRegistry) => Promise<void>,
): Promise<void> {
  const place = await unsigned();
  await withRegistry(faults, async (registry) => {
    await use(`oci://${registry.host}/evidence`, place, registry);
  });
}

export function tags({ manifests }: TestRegistry): readonly string[] {
  return [...manifests.keys()].filter((name) => !name.includes('@'));
}

export function pointers(place: Workplace): readonly [path: string, pointer: Pointer][] {
  const names = readdirSync(place.path('recipes/evidence'), { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => [name, parsePointer(readFileSync(place.path('recipes/evidence', name)), name)]);
}

/** Runs a command as it was printed behind this label. */
export async function runPrinted(place: Workplace, { stderr }: Run, label: string): Promise<Run> {
  const [, words = ''] = new RegExp(`^ *${label}: affidavit (.*)$`, 'm').exec(stderr) ?? [];
  return await place.run(words.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1')));
}

/** What others get, judged under the root that the sandbox has left. */
export async function verify(place: Workplace, target: string, digest: string): Promise<Run> {
  await place.run(['evidence', 'fetch', `${target}@${digest}`, '-o', 'fetched.tar.gz']);
  const root = ['--trusted-root', `${LEFT}.sandbox/trusted_root.json`];
  const pin = [
    ...['--certificate-identity', SANDBOX_IDENTITY],
    ...['--certificate-oidc-issuer', SANDBOX_ISSUER],
  ];
  return await place.run(['verify-evidence', 'fetched.tar.gz', ...root, ...pin]);
}
