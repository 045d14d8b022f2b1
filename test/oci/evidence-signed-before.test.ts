// What was signed before, and is not signed again; and what shows before anything is signed.
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { OUT } from '../e2e/emit.ts';
import { callsOf, setting, type Setting } from '../e2e/resuming.ts';
import type { Run } from '../run-cli.ts';
import { refuse, type TestRegistry } from './call.ts';
import { LEFT, pointers, publish, withPlace } from './publish.ts';
import { withRegistry } from './registry.ts';

const TREE = 'recipes/evidence';
const SERVICES = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];

interface Signed extends Pick<Setting, 'place' | 'relay'> {
  readonly registry: TestRegistry;
  readonly target: string;
  readonly sandbox: Sandbox;
  /** With services, as this owner of an e-mail address. */
  readonly run: (words: readonly string[], email?: string) => Promise<Run>;
}

async function withServices(use: (signed: Signed) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox();
  const { place, relay } = await setting(sandbox);
  mkdirSync(place.path(TREE), { recursive: true });
  await withRegistry({}, async (registry) => {
    const run: Signed['run'] = async (words, email) => {
      const env = { SIGSTORE_ID_TOKEN: sandbox.token(email === undefined ? {} : { email }) };
      return await place.run(['evidence', ...words, '--registry', registry.host, ...SERVICES], {
        env,
      });
    };
    const target = `oci://${registry.host}/evidence`;
    await use({ place, relay, registry, target, sandbox, run });
  });
  await sandbox.close();
}

function onlyPointer(place: Signed['place']): string {
  const [first, ...more] = pointers(place);
  expect(more).toEqual([]);
  return first?.[0] ?? '';
}

function signatures({ blobs }: TestRegistry): number {
  return [...blobs.values()].filter((bytes) => bytes.includes('dsseEnvelope')).length;
}

describe('what is signed and attached already', () => {
  it('is used by who publishes again, and nobody else; the unsigned pointer goes', async () => {
    await withServices(async ({ place, relay, registry, target, run }) => {
      const words = ['publish', OUT, target, '--evidence-dir', TREE];
      expect((await run(['publish', OUT, target])).code).toBe(0);
      const calls = callsOf(relay).length;
      const unsigned = ['evidence', ...words, '--no-sign'];
      expect((await place.run(unsigned)).code).toBe(0);
      const flat = onlyPointer(place);
      const again = await run(words);
      expect([again.code, callsOf(relay).length, signatures(registry)]).toEqual([0, calls, 1]);
      expect(again.stderr.replaceAll(/\s+/g, ' ')).toMatch(
        /signed already by "\S+" \(issuer "\S+"\): nothing is signed, \S+@sha256:\w+ is used/,
      );
      expect(again.stderr).toContain(`removed: ${TREE}/${flat}\n`);
      expect(pointers(place).map(([path]) => path)).toEqual([expect.stringMatching(/sha256-/)]);
      expect((await run(words.slice(0, 3), 'other@example.com')).code).toBe(0);
      expect(signatures(registry)).toBe(2);
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      place.write('own.key', privateKey.export({ format: 'pem', type: 'pkcs8' }));
      const key = [...words.slice(0, 3), '--key', 'own.key'];
      expect((await run(key)).stderr).not.toContain('signed already');
      expect((await run(key)).stderr).toContain('signed already by the key');
      expect(signatures(registry)).toBe(3);
    });
  }, 30_000);

  it('is used by evidence sign POINTER where nothing else is left of it: one signature, and a pointer', async () => {
    await withServices(async ({ place, relay, registry, target, run }) => {
      const words = ['evidence', 'publish', OUT, target, '--no-sign', '--evidence-dir', TREE];
      expect((await place.run(words)).code).toBe(0);
      const name = onlyPointer(place);
      const flat = `${TREE}/${name}`;
      const before = readFileSync(place.path(flat));
      expect((await run(['sign', flat])).code).toBe(0);
      const calls = callsOf(relay).length;
      const nested = onlyPointer(place);
      const signed = readFileSync(place.path(TREE, nested));
      rmSync(place.path(TREE), { recursive: true });
      place.write(flat, before);
      const again = await run(['sign', flat]);
      expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('signed already by')]);
      expect([callsOf(relay).length, signatures(registry)]).toEqual([calls, 1]);
      expect(pointers(place).map(([path]) => path)).toEqual([nested]);
      expect(readFileSync(place.path(TREE, nested)).equals(signed)).toBe(true);
    });
  }, 30_000);
});

describe('what is attached is not used again', () => {
  it('with --sign, by another name, or where the certificate says more than is known beforehand', async () => {
    await withServices(async ({ place, registry, target, sandbox, run }) => {
      const words = ['publish', OUT, target];
      expect((await run(words)).code).toBe(0);
      expect((await run([...words, '--sign'])).code).toBe(0);
      expect(signatures(registry)).toBe(2);
      // The name that was signed is that of another repository.
      for (const [name, stored] of registry.manifests) {
        registry.manifests.set(name.replace(/^evidence/, 'renamed'), stored);
      }
      const renamed = await run(['publish', OUT, target.replace(/evidence$/, 'renamed')]);
      expect([renamed.code, signatures(registry)]).toEqual([0, 3]);
      expect(renamed.stderr).not.toContain('signed already');
      const ci = { email: undefined, job_workflow_ref: 'o/shared/.github/workflows/w.yml@v1' };
      for (const repository of ['o/one', 'o/two']) {
        const env = { SIGSTORE_ID_TOKEN: sandbox.token({ ...ci, repository }) };
        const call = ['evidence', ...words, '--registry', registry.host, ...SERVICES];
        const { code, stderr } = await place.run(call, { env });
        expect([code, stderr.includes('signed already')]).toEqual([0, false]);
      }
      expect(signatures(registry)).toBe(5);
    });
  }, 30_000);

  it('if it cannot be read: that is a warning, and it is signed', async () => {
    await withServices(async ({ registry, target, run }) => {
      expect((await run(['publish', OUT, target])).code).toBe(0);
      registry.faults.first = ({ method, url = '' }, response) => {
        if (method === 'POST') registry.faults.first = undefined;
        if (method !== 'GET' || !url.includes('/referrers/')) return false;
        const manifests = Array.from({ length: 300 }, (_, index) => ({
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: `sha256:${index.toString(16).padStart(64, '0')}`,
          size: 5,
        }));
        const mediaType = 'application/vnd.oci.image.index.v1+json';
        response.writeHead(200, { 'content-type': mediaType });
        response.end(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
        return true;
      };
      const { code, stderr } = await run(['publish', OUT, target]);
      expect([code, stderr]).toEqual([0, expect.stringContaining('warning: REFERRERS_TOO_MANY')]);
      expect(signatures(registry)).toBe(2);
    });
  }, 30_000);
});

describe('a signature that is left', () => {
  it('of somebody else is not attached in our name: OUTPUT_EXISTS with the signer, 3', async () => {
    await withServices(async ({ place, relay, registry, target, run }) => {
      const words = ['evidence', 'publish', OUT, target, '--no-sign', '--evidence-dir', TREE];
      expect((await place.run(words)).code).toBe(0);
      const flat = `${TREE}/${onlyPointer(place)}`;
      registry.faults.first = ({ method }, response) => {
        if (method !== 'PATCH') return false;
        refuse(response, 403, 'DENIED');
        return true;
      };
      expect((await run(['sign', flat], 'stranger@example.com')).code).toBe(3);
      const left = `${flat}.attestation.json`;
      const bytes = readFileSync(place.path(left));
      registry.faults.first = () => false;
      const calls = callsOf(relay).length;
      const refused = await run(['sign', flat], 'owner@example.com');
      expect([refused.code, refused.stderr]).toEqual([
        3,
        expect.stringContaining('error: OUTPUT_EXISTS'),
      ]);
      expect(refused.stderr).toContain(`at: ${left}\n`);
      expect(refused.stderr).toMatch(/stranger@example\.com[^]*remove it and run the same command/);
      expect([callsOf(relay).length, signatures(registry)]).toEqual([calls, 0]);
      expect(readFileSync(place.path(left)).equals(bytes)).toBe(true);
      expect((await run(['sign', flat], 'stranger@example.com')).code).toBe(0);
      expect([callsOf(relay).length, signatures(registry)]).toEqual([calls, 1]);
    });
  }, 30_000);
});

describe('before anything is signed', () => {
  it.each(['publish', 'sign'])(
    'evidence %s finds out that it may not write',
    async (command) => {
      await withServices(async ({ place, relay, registry, target, run }) => {
        const words = ['evidence', 'publish', OUT, target, '--no-sign', '--evidence-dir', TREE];
        expect((await place.run(words)).code).toBe(0);
        const name = onlyPointer(place);
        registry.faults.first = ({ method }, response) => {
          if (method !== 'POST') return false;
          refuse(response, 403, 'DENIED');
          return true;
        };
        const input = command === 'sign' ? [`${TREE}/${name}`] : [OUT, target];
        const { code, stderr } = await run([command, ...input]);
        expect([code, stderr]).toEqual([3, expect.stringContaining('error: REGISTRY_REFUSED')]);
        expect([callsOf(relay), signatures(registry), registry.uploads.size]).toEqual([[], 0, 0]);
        expect(existsSync(place.path(LEFT))).toBe(false);
      });
    },
    30_000,
  );

  it('a signature that is left has to name the first TARGET: 64, with both ways out', async () => {
    await withPlace({ loses: true }, async (target, place, registry) => {
      expect((await publish(place, OUT, `${target}-typo`, '--sandbox')).code).toBe(3);
      registry.faults.loses = false;
      const run = await publish(place, OUT, target, '--sandbox');
      expect([run.code, run.stdout]).toEqual([64, '']);
      expect(run.stderr).toContain(`at: ${LEFT}\n`);
      const said = run.stderr.replaceAll(/\s+/g, ' ');
      expect(said).toContain(`publish to ${target}-typo first; or remove the file`);
      expect((await publish(place, OUT, `${target}-typo`, target, '--sandbox')).code).toBe(0);
    });
  }, 30_000);
});
