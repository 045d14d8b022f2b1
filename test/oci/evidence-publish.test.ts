// The command against a registry in this process. The order, and who attaches at once: test/pointer/push.test.ts.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { parsePointer, type Pointer } from '../../src/evidence/pointer/pointer.ts';
import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { EPOCH, INPUTS, OUT, UNSIGNED, Workplace } from '../e2e/emit.ts';
import type { Run } from '../run-cli.ts';
import type { Faults, TestRegistry } from './call.ts';
import { withRegistry } from './registry.ts';

const LEFT = `${OUT}.attestation.json`;

/** What is packed once for all tests: redacted and not signed, or signed by a sandbox. */
const PACKED = new Map<string, Buffer>();

async function pack(place: Workplace, how: '--no-sign' | '--sandbox'): Promise<void> {
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

interface Published extends Run {
  readonly digest: string;
}

async function publish(place: Workplace, ...words: readonly string[]): Promise<Published> {
  const run = await place.run(['evidence', 'publish', ...words]);
  return { ...run, digest: /@(sha256:[0-9a-f]{64})\n/.exec(run.stdout)?.[1] ?? '' };
}

async function withPlace(
  faults: Faults,
  use: (target: string, place: Workplace, registry: TestRegistry) => Promise<void>,
): Promise<void> {
  const place = await unsigned();
  await withRegistry(faults, async (registry) => {
    await use(`oci://${registry.host}/evidence`, place, registry);
  });
}

function tags({ manifests }: TestRegistry): readonly string[] {
  return [...manifests.keys()].filter((name) => !name.includes('@'));
}

function pointers(place: Workplace): readonly [path: string, pointer: Pointer][] {
  const names = readdirSync(place.path('recipes/evidence'), { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => [name, parsePointer(readFileSync(place.path('recipes/evidence', name)), name)]);
}

/** What others get, judged under the root that the sandbox has left. */
async function verify(place: Workplace, target: string, digest: string): Promise<Run> {
  await place.run(['evidence', 'fetch', `${target}@${digest}`, '-o', 'fetched.tar.gz']);
  const root = ['--trusted-root', `${LEFT}.sandbox/trusted_root.json`];
  const pin = [
    ...['--certificate-identity', SANDBOX_IDENTITY],
    ...['--certificate-oidc-issuer', SANDBOX_ISSUER],
  ];
  return await place.run(['verify-evidence', 'fetched.tar.gz', ...root, ...pin]);
}

describe('evidence publish --no-sign', () => {
  it('pushes an unsigned archive byte for byte, with a tag by default and a flat pointer', async () => {
    await withPlace({}, async (target, place, registry) => {
      const words = ['--no-sign', '--evidence-dir', 'recipes/evidence'];
      const run = await publish(place, OUT, target, ...words);
      expect(run.code).toBe(0);
      const name = `${registry.host}/evidence`;
      expect(run.stdout).toBe(`${name}@${run.digest}\n`);
      const archive = readFileSync(place.path(OUT));
      expect(registry.blobs.get(digestOf(archive))?.equals(archive)).toBe(true);
      const [tag = ''] = tags(registry);
      expect(tag).toMatch(/^evidence:h100-.*-[0-9a-f]{12}$/);
      const [[path, pointer] = []] = pointers(place);
      expect(path).toBe(`${pointer?.recipe}.yaml`);
      expect(pointer?.artifact).toEqual({
        oci: `${registry.host}/${tag}`,
        digest: run.digest,
      });
      expect(pointer?.affidavit).toBeUndefined();
      expect(registry.uploads.size).toBe(0);
    });
  });

  it('packs a directory as the archive was packed: the same digest', async () => {
    await withPlace({}, async (target, place) => {
      mkdirSync(place.path('unpacked'));
      execFileSync('tar', ['-xzf', OUT, '-C', 'unpacked'], { cwd: place.folder });
      const first = await publish(place, OUT, target, '--no-sign');
      const second = await publish(place, 'unpacked', target, '--no-sign');
      expect(second.code).toBe(0);
      expect(second.digest).toBe(first.digest);
    });
  });

  it('changes nothing with --dry-run, and prints the same digest', async () => {
    await withPlace({}, async (target, place, registry) => {
      const plan = await publish(
        place,
        OUT,
        target,
        '--dry-run',
        '--evidence-dir',
        'recipes/evidence',
      );
      expect(plan.code).toBe(0);
      expect(registry.asked).toEqual([]);
      expect(pointers(place)).toEqual([]);
      expect(plan.stderr).toContain('would sign');
      const run = await publish(place, OUT, target, '--no-sign');
      expect(plan.stdout).toBe(run.stdout);
    });
  });

  it('pushes to several places, which the pointer names', async () => {
    await withPlace({}, async (target, place, registry) => {
      const other = `oci://${registry.host}/copies/evidence:mine`;
      const words = ['--no-sign', '--pointer', 'pointer.yaml'];
      const run = await publish(place, OUT, target, other, ...words);
      expect(run.stdout.trim().split('\n')).toHaveLength(2);
      const pointer = parsePointer(readFileSync(place.path('pointer.yaml')), 'pointer.yaml');
      expect(pointer.affidavit?.locations).toEqual([`${registry.host}/copies/evidence`]);
      expect(tags(registry)).toContain('copies/evidence:mine');
    });
  });

  it('leaves the tag of another artifact alone, unless it is forced', async () => {
    await withPlace({}, async (target, place, registry) => {
      await publish(place, OUT, `${target}:mine`, '--no-sign');
      const others = new Map(registry.manifests);
      await place.validate([...INPUTS, ...UNSIGNED, '--force'], {
        env: { SOURCE_DATE_EPOCH: '1781054401' },
      });
      const refused = await publish(place, OUT, `${target}:mine`, '--no-sign');
      expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('TAG_TAKEN')]);
      expect(registry.manifests).toEqual(others);
      const forced = await publish(place, OUT, `${target}:mine`, '--no-sign', '--force');
      expect(forced.code).toBe(0);
    });
  });

  it('says who cannot read it', async () => {
    const takes = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    await withPlace({ wants: 'basic', takes }, async (target, place, registry) => {
      const auths = { [registry.host]: { auth: takes.slice('Basic '.length) } };
      place.write('docker/config.json', JSON.stringify({ auths }));
      const words = ['evidence', 'publish', OUT, target, '--no-sign'];
      const run = await place.run(words, { env: { DOCKER_CONFIG: place.path('docker') } });
      expect(run.code).toBe(0);
      expect(run.stderr).toContain(`nobody can read ${registry.host}/evidence without a login`);
      expect(run.stderr).not.toContain('secret');
    });
  });

  it.each([
    ['evidence that is not redacted, without --yes', OUT, '', 'not redacted'],
    ['standard input', '-', '', 'standard input'],
    ['a digest', OUT, `@sha256:${'0'.repeat(64)}`, 'leave the digest out'],
  ])('is called wrongly with %s: 64, and nothing is sent', async (_, bundle, more, said) => {
    await withPlace({}, async (target, place, registry) => {
      const whole = [...INPUTS, ...UNSIGNED, '--redact', 'none', '--force'];
      await place.validate(whole, { env: EPOCH });
      const run = await publish(place, bundle, `${target}${more}`, '--no-sign');
      expect(run.code).toBe(64);
      expect(run.stderr).toContain(said);
      expect(registry.asked).toEqual([]);
    });
  });
});

describe('evidence publish', () => {
  it('signs it as the artifact, attaches that, and writes the pointer where AICR keeps it', async () => {
    await withPlace({}, async (target, place, registry) => {
      const before = readFileSync(place.path(OUT));
      const words = ['--sandbox', '--evidence-dir', 'recipes/evidence'];
      const run = await publish(place, OUT, target, ...words);
      expect(run.code).toBe(0);
      expect(readFileSync(place.path(OUT)).equals(before)).toBe(true);
      expect(existsSync(place.path(LEFT))).toBe(false);
      const [[path, pointer] = []] = pointers(place);
      expect(path).toContain(`sha256-${run.digest.slice('sha256:'.length)}.yaml`);
      const attestation = /^attached: \S+@(sha256:\S+)$/m.exec(run.stderr)?.[1];
      expect(pointer?.affidavit).toEqual({ attestation, locations: [] });
      expect(registry.manifests.has(`evidence@${attestation}`)).toBe(true);
      expect(await verify(place, target, run.digest)).toMatchObject({ code: 0 });
    });
  }, 30_000);

  it('signs nothing twice: what was signed lies beside the bundle until it is attached', async () => {
    await withPlace({}, async (target, place, registry) => {
      let isFull = true;
      registry.faults.first = (request, response) => {
        if (!isFull || request.method !== 'PUT') return false;
        response.writeHead(403).end();
        return true;
      };
      const failed = await publish(place, OUT, target, '--sandbox');
      expect([failed.code, failed.stdout]).toEqual([3, '']);
      const left = readFileSync(place.path(LEFT));
      isFull = false;
      const run = await publish(place, OUT, target, '--sandbox', '--pointer', 'pointer.yaml');
      expect(run.code).toBe(0);
      expect(run.stderr).toContain(`going on with the signature in ${LEFT}`);
      expect(registry.blobs.get(digestOf(left))?.equals(left)).toBe(true);
      expect(existsSync(place.path(LEFT))).toBe(false);
    });
  }, 30_000);

  it('attaches the signature of a signed bundle as it is, and packs the rest without it', async () => {
    const place = new Workplace();
    await pack(place, '--sandbox');
    await withRegistry({}, async (registry) => {
      const target = `oci://${registry.host}/evidence`;
      const run = await publish(place, OUT, target);
      expect(run.code).toBe(0);
      expect(run.stderr).toContain('aicr and cosign refuse it; --sign adds one about it');
      expect(run.stderr).toContain('attached: ');
      const other = new Workplace();
      await pack(other, '--no-sign');
      const unsignedRun = await publish(other, OUT, target, '--no-sign');
      expect(unsignedRun.digest).toBe(run.digest);
      const refused = await publish(place, OUT, target, '--pointer', 'pointer.yaml');
      expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('--sign')]);
    });
  }, 30_000);
});
