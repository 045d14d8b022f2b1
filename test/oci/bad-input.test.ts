// What nobody should write and no registry should answer: each has a code, a place and a next step, and nothing is left
// half-written. A registry that gives a byte now and then: test/io/oci/broken.test.ts. A helper that hangs:
// test/io/oci/open-authorizer.test.ts.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { writeLayout } from '../../src/io/oci/write-layout.ts';
import type { StoredManifest } from '../../src/pointer/registry.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, INDEX, changed, inside, stored, type Json } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import type { Faults, TestRegistry } from './call.ts';
import { repositoryOf } from './client.ts';
import { list, put } from './evidence.ts';
import { STEPS, push } from './pushed.ts';
import { withRegistry } from './registry.ts';

interface Expected {
  readonly exit: number;
  readonly code: string;
  /** With HOST for the registry, and DIGEST for what was named. */
  readonly at: string;
}

/** What becomes of fetching a manifest by its digest, and what should. */
async function refusal(
  { exit, code, at }: Expected,
  manifest: StoredManifest,
  prepare: (registry: TestRegistry) => unknown = () => undefined,
): Promise<readonly [found: unknown, expected: unknown]> {
  let outcome: readonly [unknown, unknown] | undefined;
  await withRegistry({}, async (registry) => {
    await push(repositoryOf(registry));
    put(registry, manifest);
    prepare(registry);
    const cwd = scratch();
    const ref = `oci://${registry.host}/evidence@${manifest.digest}`;
    const run = await runProgram(['evidence', 'fetch', ref], { cwd });
    const place = at.replace('HOST', registry.host).replace('DIGEST', manifest.digest);
    const said = /^error: (\w+) [^]*^ *at: (.*)$[^]*^ *next: \S/m.exec(run.stderr) ?? [];
    const isBounded = registry.asked.length < 150;
    const found = [run.code, run.stdout, readdirSync(cwd), ...said.slice(1), isBounded];
    outcome = [found, [exit, '', [], code, place, true]];
  });
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

describe('a reference', () => {
  it.each(['fetch', 'status', 'verify'])(
    'that is a path too is not decided by whoever made the directory: %s',
    async (command) => {
      await withRegistry({}, async ({ host, asked }) => {
        const cwd = scratch();
        const words = command === 'verify' ? ['verify-evidence'] : ['evidence', command];
        for (const [path, ref] of [
          [`${host}/evidence:v1`, `${host}/evidence:v1`],
          [`${host}/evidence`, `${host}/evidence@${ARTIFACT.digest}`],
        ] as const) {
          mkdirSync(join(cwd, host), { recursive: true });
          await writeLayout(join(cwd, path), async (layout) => {
            await push(layout, STEPS.slice(0, 3));
          });
          const run = await runProgram([...words, ref], { cwd });
          expect([run.code, run.stdout]).toEqual([64, '']);
          expect(run.stderr).toContain(`write oci://${ref} for the registry, or ./${ref}`);
          const onDisk = await runProgram([...words, `./${ref}`], { cwd });
          expect(onDisk.stderr).not.toContain('error: USAGE');
        }
        expect(asked).toEqual([]);
      });
    },
  );

  it.each([
    ['without a host', 'oci://evidence'],
    ['with upper case', 'oci://ghcr.io/You/Evidence:v1'],
    ['that is a short name of Docker', 'oci://nginx:latest'],
    ['that is a short name of Docker with a user', 'oci://library/nginx:latest'],
    ['with another digest algorithm', `oci://ghcr.io/you/e@sha512:${'0'.repeat(128)}`],
  ])('%s is called wrongly', async (_, ref) => {
    for (const command of [['evidence', 'fetch'], ['evidence', 'status'], ['verify-evidence']]) {
      const cwd = scratch();
      const run = await runProgram([...command, ref], { cwd });
      expect([run.code, readdirSync(cwd)]).toEqual([64, []]);
      expect(run.stderr).toMatch(/^error: USAGE [^]*^ *at: (?:REF|INPUT)$[^]*^ *next: \S/m);
    }
  });
});

describe('an artifact', () => {
  const image = changed(ARTIFACT, (manifest) => {
    delete manifest['artifactType'];
    inside(manifest, 'config')['mediaType'] = 'application/vnd.oci.image.config.v1+json';
  });
  const twoLayers = changed(ARTIFACT, (manifest) => {
    const layers = manifest['layers'] as Json[];
    manifest['layers'] = [...layers, ...layers];
  });
  const lying = changed(ARTIFACT, (manifest) => (inside(manifest, 'config')['data'] = 'e31='));
  const urls = changed(ARTIFACT, (manifest) => {
    inside(manifest, 'layers', 0)['urls'] = ['https://example.com/x'];
  });
  const text = Buffer.from(ARTIFACT.bytes).toString();
  const twice = stored(text.replace('"config":', '"config":{},"config":'));

  it.each([
    ['is an image', image, 'KIND_UNEXPECTED', ''],
    ['is an index', INDEX, 'KIND_UNEXPECTED', ''],
    ['has two layers', twoLayers, 'FIELD_INVALID', '#/layers'],
    ['has data that lies', lying, 'FIELD_INVALID', '#/config/data'],
    ['has urls', urls, 'FIELD_INVALID', '#/layers/0/urls'],
    ['has one key twice', twice, 'DOCUMENT_DUPLICATE_KEY', '#/config'],
  ] as const)('that %s is invalid', async (_, manifest, code, field) => {
    const at = `HOST/evidence@DIGEST${field}`;
    const [found, expected] = await refusal({ exit: 2, code, at }, manifest);
    expect(found).toEqual(expected);
  });

  it('that is listed as attached to itself is attached to nothing, and asked for once', async () => {
    await withRegistry({ referrers: 'none' }, async (registry) => {
      await push(repositoryOf(registry));
      list(registry, ARTIFACT, [ARTIFACT, INDEX]);
      registry.asked.length = 0;
      const cwd = scratch();
      const ref = `oci://${registry.host}/evidence@${ARTIFACT.digest}`;
      const run = await runProgram(['evidence', 'fetch', ref], { cwd });
      expect([run.code, readdirSync(cwd).length]).toEqual([0, 1]);
      expect(run.stderr).toContain('REFERRER_OTHER');
      expect(registry.asked.length).toBeLessThan(10);
    });
  });
});

describe('a registry', () => {
  const page: Faults['first'] = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>');
    return true;
  };

  it.each<readonly [string, Faults]>([
    ['whose list has no end', { referrers: 'endless' }],
    ['that redirects in a circle', { redirect: (path) => path }],
    ['that answers with a page for people', { first: page }],
  ])('%s is not judged', async (_, faults) => {
    const [found, expected] = await refusal(
      { exit: 3, code: 'SERVICE_ANSWER_INVALID', at: 'HOST/evidence' },
      ARTIFACT,
      (registry) => {
        // The list under the tag would be enough.
        for (const key of registry.manifests.keys()) {
          if (key.includes(':sha256-')) registry.manifests.delete(key);
        }
        Object.assign(registry.faults, faults);
      },
    );
    expect(found).toEqual(expected);
  });
});

describe('a pointer', () => {
  it('with 100 locations is invalid, and nobody is asked', async () => {
    const text = renderPointer({
      ...{ recipe: 'h100', profile: undefined, attestedAt: new Date(0), signer: undefined },
      predicateType: 'https://aicr.run/recipe-evidence/v3',
      artifact: { oci: 'ghcr.io/you/evidence:v1', digest: ARTIFACT.digest },
      affidavit: {
        attestation: undefined,
        locations: Array.from({ length: 100 }, (_, index) => `127.0.0.1:9/x${index}`),
      },
    });
    const cwd = scratch({ 'p.yaml': text });
    const run = await runProgram(['evidence', 'fetch', 'p.yaml'], { cwd });
    expect([run.code, readdirSync(cwd)]).toEqual([2, ['p.yaml']]);
    expect(run.stderr).toMatch(
      /^error: LIMIT_EXCEEDED [^]*^ *at: p\.yaml#\/affidavit\/locations$[^]*^ *next: \S/m,
    );
  });
});
