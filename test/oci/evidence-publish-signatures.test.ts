// What `evidence publish` makes of a signature that is there, and what a pointer can name.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { parsePointer } from '../../src/evidence/pointer/pointer.ts';
import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { OUT, Workplace } from '../e2e/emit.ts';
import { callsOf, setting } from '../e2e/resuming.ts';
import type { TestRegistry } from './call.ts';
import { LEFT, pack, publish, withPlace } from './publish.ts';
import { withRegistry } from './registry.ts';

const ROOT = ['--trusted-root', `${LEFT}.sandbox/trusted_root.json`];
const POINTER = ['--pointer', 'pointer.yaml'];

/** What was asked for that changes something. */
function changesIn({ asked }: TestRegistry): readonly string[] {
  return asked.filter((line) => !/^(?:GET|HEAD) /.test(line));
}

async function withSigned(
  use: (target: string, place: Workplace, registry: TestRegistry) => Promise<void>,
): Promise<void> {
  const place = new Workplace();
  await pack(place, '--sandbox');
  await withRegistry({}, async (registry) => {
    await use(`oci://${registry.host}/evidence`, place, registry);
  });
}

/** Publishes, and fetches what is there: an archive whose signature is about the artifact. */
async function fetched(place: Workplace, target: string) {
  const first = await publish(place, OUT, target, '--sandbox');
  const words = ['evidence', 'fetch', `${target}@${first.digest}`, '-o', 'fetched.tar.gz'];
  expect((await place.run(words)).code).toBe(0);
  return first;
}

describe('a pointer', () => {
  it.each([
    ['--pointer', 'pointer.yaml'],
    ['--evidence-dir', 'recipes/evidence'],
  ])('is not made for a key, with %s: 64 before anything is signed or asked for', async (...to) => {
    await withPlace({}, async (target, place, registry) => {
      const run = await publish(place, OUT, target, '--sandbox', '--key', 'none.key', ...to);
      expect([run.code, run.stderr]).toEqual([64, expect.stringContaining('at: --key')]);
      expect(run.stderr).toContain('leave out --key to sign as an identity');
      expect(registry.asked).toEqual([]);
      expect(existsSync(place.path(LEFT))).toBe(false);
    });
  });

  it('to what a key has signed before is refused before anything is pushed; the signature is kept', async () => {
    await withPlace({}, async (target, place, registry) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      place.write('own.key', privateKey.export({ format: 'pem', type: 'pkcs8' }));
      const { faults } = registry;
      faults.loses = true;
      const first = await publish(place, OUT, target, '--sandbox', '--key', 'own.key');
      expect(first.code).toBe(3);
      faults.loses = false;
      const left = readFileSync(place.path(LEFT));
      registry.asked.length = 0;
      const refused = await publish(place, OUT, target, '--sandbox', ...POINTER);
      expect([refused.code, refused.stdout]).toEqual([2, '']);
      expect(refused.stderr).toContain('error: POINTER_UNFIT');
      expect(refused.stderr).toContain('without --evidence-dir and --pointer');
      expect(changesIn(registry)).toEqual([]);
      const run = await publish(place, OUT, target, '--sandbox');
      expect(run.code).toBe(0);
      expect(registry.blobs.get(digestOf(left))?.equals(left)).toBe(true);
    });
  });

  it('to who signs with a user name is refused before a log has an entry', async () => {
    const sandbox = await startSandbox();
    const { place, relay } = await setting(sandbox);
    await withRegistry({}, async (registry) => {
      const sub = 'somebody!example.com';
      const env = { SIGSTORE_ID_TOKEN: sandbox.token({ email: undefined, sub }) };
      const services = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];
      const words = ['evidence', 'publish', OUT, `oci://${registry.host}/evidence`, ...services];
      const refused = await place.run([...words, ...POINTER], { env });
      expect([refused.code, callsOf(relay)]).toEqual([2, ['signingCert']]);
      expect(refused.stderr).toContain('error: POINTER_UNFIT');
      // Whether it may write is known by then.
      expect(changesIn(registry).map((line) => line.split(' ')[0])).toEqual(['POST', 'DELETE']);
      expect(registry.uploads.size).toBe(0);
      expect((await place.run(words, { env })).code).toBe(0);
    });
    await sandbox.close();
  });

  it('to a signature that the root does not vouch for is refused before anything is pushed', async () => {
    await withPlace({}, async (target, place, registry) => {
      await fetched(place, target);
      registry.asked.length = 0;
      const run = await publish(place, 'fetched.tar.gz', `${target}-copy`, ...POINTER);
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('LOG_ENTRY_INVALID')]);
      expect(changesIn(registry)).toEqual([]);
      expect(existsSync(place.path('pointer.yaml'))).toBe(false);
    });
  });
});

/** Changes the statement that the bundle's own signature is about; nobody judges the signature here. */
function changeSigned(place: Workplace, bundle: string, from: string, to: string): void {
  mkdirSync(place.path('changed'));
  execFileSync('tar', ['-xzf', bundle, '-C', 'changed'], { cwd: place.folder });
  const file = 'changed/attestation.intoto.jsonl';
  const text = readFileSync(place.path(file), 'utf8');
  const [, payload = ''] = /"payload":\s*"([^"]*)"/.exec(text) ?? [];
  const statement = Buffer.from(payload, 'base64').toString();
  expect(statement.split(from)).toHaveLength(2);
  const other = Buffer.from(statement.replace(from, () => to)).toString('base64');
  place.write(file, text.replace(payload, other));
}

describe('the signature in a bundle', () => {
  const DIFFERS: readonly (readonly [string, string, string, string])[] = [
    [
      'another manifest',
      '"digest": "sha256:c',
      '"digest": "sha256:d',
      '/predicate/manifest/digest',
    ],
    ['another time', '"attestedAt": "2026', '"attestedAt": "2025', '/predicate/attestedAt'],
    ['another version', '"aicrVersion": "v1', '"aicrVersion": "v2', '/predicate/aicrVersion'],
  ];

  const SPELLED = ['one more space', '"predicate":', '"predicate": ', ''] as const;

  it.each([...DIFFERS, SPELLED])(
    'that says %s than its statement is refused: 2, and nothing is sent',
    async (_, from, to, field) => {
      await withSigned(async (target, place, registry) => {
        changeSigned(place, OUT, from, to);
        const run = await publish(place, 'changed', target);
        const at = `statement.intoto.json${field === '' ? '' : `#${field}`}`;
        expect(run.code).toBe(2);
        expect(run.stderr).toContain(`error: STATEMENT_DIFFERS`);
        expect(run.stderr).toContain(`   at: ${at}\n`);
        expect(run.stderr).toContain('name the bundle as it was signed; nothing was pushed');
        expect(registry.asked).toEqual([]);
      });
    },
  );

  it.each(DIFFERS)(
    'about the artifact that says %s than the statement is refused too',
    async (_, from, to, field) => {
      await withPlace({}, async (target, place, registry) => {
        await fetched(place, target);
        registry.asked.length = 0;
        changeSigned(place, 'fetched.tar.gz', from, to);
        const run = await publish(place, 'changed', target);
        expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`json#${field}\n`)]);
        expect(registry.asked).toEqual([]);
      });
    },
  );

  it('that evidence fetch wrote is attached as it is: the same digests again, and nothing is signed', async () => {
    await withPlace({}, async (target, place, registry) => {
      const first = await fetched(place, target);
      const before = new Map(registry.manifests);
      const again = await publish(place, 'fetched.tar.gz', target, ...ROOT, ...POINTER);
      expect([again.code, again.stdout]).toEqual([0, first.stdout]);
      expect(registry.manifests).toEqual(before);
      const other = await publish(place, 'fetched.tar.gz', `${target}-copy`, '--no-sign');
      expect([other.code, other.digest]).toEqual([0, first.digest]);
      const attached = /^attached: \S+@(\S+)$/m;
      const [, attestation] = attached.exec(first.stderr) ?? [];
      expect(attached.exec(other.stderr)?.[1]).toBe(attestation);
      const pointer = parsePointer(readFileSync(place.path('pointer.yaml')), 'pointer.yaml');
      expect(pointer.affidavit?.attestation).toBe(attestation);
      expect(existsSync(place.path('fetched.tar.gz.attestation.json'))).toBe(false);
    });
  });

  it('gets one more with --sign, which is about the artifact; both are attached', async () => {
    await withSigned(async (target, place, registry) => {
      const plain = await publish(place, OUT, target, '--no-sign');
      expect(plain.stderr.match(/^attached: /gm)).toHaveLength(1);
      const blobs = registry.blobs.size;
      const run = await publish(place, OUT, target, '--sign', '--sandbox', ...POINTER);
      expect([run.code, run.digest]).toEqual([0, plain.digest]);
      expect(run.stderr.match(/^attached: /gm)).toHaveLength(2);
      expect(registry.blobs.size).toBe(blobs + 1);
      const [, , added] = run.stderr.split('attached: ');
      const pointer = parsePointer(readFileSync(place.path('pointer.yaml')), 'pointer.yaml');
      expect(added).toContain(pointer.affidavit?.attestation);
    });
  });
});

describe('a signature', () => {
  it('is all that is added by publishing again without --no-sign', async () => {
    await withPlace({}, async (target, place, registry) => {
      const before = await publish(place, OUT, target, '--no-sign');
      const [manifests, blobs] = [new Map(registry.manifests), registry.blobs.size];
      const run = await publish(place, OUT, target, '--sandbox');
      expect([run.code, run.digest]).toEqual([0, before.digest]);
      const added = [...registry.manifests.keys()].filter((name) => !manifests.has(name));
      const [, attestation] = /^attached: \S+@(\S+)$/m.exec(run.stderr) ?? [];
      expect(added).toEqual([`evidence@${attestation}`]);
      expect(registry.blobs.size).toBe(blobs + 1);
    });
  });

  it('is made once for two targets, and attached at both', async () => {
    await withPlace({}, async (target, place, registry) => {
      const other = `oci://${registry.host}/copies/evidence`;
      const run = await publish(place, OUT, target, other, '--sandbox', ...POINTER);
      expect(run.code).toBe(0);
      const attached = [...run.stderr.matchAll(/^attached: (\S+)@(\S+)$/gm)];
      expect(attached.map(([, name]) => name)).toEqual(
        [target, other].map((text) => text.slice('oci://'.length)),
      );
      const [[, , attestation] = [], [, , second] = []] = attached;
      expect(second).toBe(attestation);
      const pointer = parsePointer(readFileSync(place.path('pointer.yaml')), 'pointer.yaml');
      const locations = [`${registry.host}/copies/evidence`];
      expect(pointer.affidavit).toEqual({ attestation, locations });
    });
  });

  it('is not made with --dry-run, which asks for nothing and prints the digest', async () => {
    await withSigned(async (target, place, registry) => {
      const before = place.list();
      const plan = await publish(place, OUT, target, '--sign', '--sandbox', '--dry-run');
      expect([plan.code, registry.asked, place.list()]).toEqual([0, [], before]);
      expect(plan.stderr).toContain('would sign it as this artifact');
      expect(plan.stderr).toContain('would attach its signature, not judged');
      expect((await publish(place, OUT, target)).stdout).toBe(plan.stdout);
    });
  });
});
