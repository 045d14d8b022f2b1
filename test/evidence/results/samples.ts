import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { mapOriginal } from '../../../src/evidence/results/original.ts';
import { tar, type Part } from '../../archive/tar-parts.ts';

export function sample(name: string): Buffer {
  return readFileSync(`testdata/results/${name}`);
}

export interface MappedTest {
  readonly name: string;
  readonly status: string;
  readonly duration: number;
  readonly message?: string;
  readonly flaky?: boolean;
  readonly retries?: number;
  readonly rawStatus?: string;
  readonly stdout?: readonly string[];
  readonly extra?: { readonly within?: readonly string[]; readonly image?: string };
}

export interface MappedReport {
  readonly generatedBy: string;
  readonly results: {
    readonly tool: { readonly name: string };
    readonly summary: Readonly<Record<string, number>>;
    readonly tests: readonly MappedTest[];
    readonly environment?: { readonly extra: { readonly serverVersion: string } };
  };
}

/** What is made of a file, as JSON. */
export async function mapped(content: string | Uint8Array): Promise<MappedReport> {
  const bytes = await mapOriginal(Buffer.from(content), 'original');
  if (bytes === undefined) throw new TypeError('no original');
  return JSON.parse(Buffer.from(bytes).toString()) as MappedReport;
}

/** `name status` of each test. */
export async function endings(content: string | Uint8Array): Promise<readonly string[]> {
  const { results } = await mapped(content);
  return results.tests.map(({ name, status }) => `${name} ${status}`);
}

const GLOBAL = 'plugins/e2e/results/global';

/** The files of a conformance run, as sonobuoy lays them out. */
export function conformanceParts(): readonly Part[] {
  return [
    { name: 'meta/', typeFlag: '5' },
    { name: 'meta/config.json', content: '{}' },
    { name: `${GLOBAL}/e2e.log`, content: sample('conformance/e2e.log') },
    { name: `${GLOBAL}/junit_01.xml`, content: sample('conformance/junit_01.xml') },
    { name: 'serverversion.json', content: '{"gitVersion":"v1.34.1"}' },
  ];
}

export function tarball(parts: readonly Part[] = conformanceParts()): Buffer {
  return gzipSync(tar(...parts));
}

/** The same with the text of one file changed. */
export function changed(file: string, change: (text: string) => string): readonly Part[] {
  return conformanceParts().map((part) =>
    part.name.endsWith(file)
      ? { ...part, content: change(Buffer.from(part.content ?? '').toString()) }
      : part,
  );
}
