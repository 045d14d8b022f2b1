// What a user types where an artifact, a bundle or a place is wanted, and what is said of it.
import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { sourceLines } from '../../src/report/blocks/source-lines.ts';
import { EPOCH, OUT, start } from '../e2e/emit.ts';
import { LEFT, pointers, publish, tags, withPlace } from './publish.ts';

const TREE = 'recipes/evidence';

describe('what evidence publish prints', () => {
  it('is taken by verify-evidence and evidence pointer as it is; a file of that name too is 64', async () => {
    await withPlace({}, async (target, place, registry) => {
      const { stdout, digest } = await publish(place, OUT, target, '--no-sign');
      const name = stdout.trim();
      const verified = await place.run(['verify-evidence', name, '--allow-unsigned']);
      expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining(digest)]);
      const pointer = await place.run(['evidence', 'pointer', name, '--evidence-dir', TREE]);
      expect([pointer.code, pointers(place).length]).toEqual([0, 1]);
      registry.asked.length = 0;
      place.write(name, 'no bundle');
      const file = await place.run(['verify-evidence', name, '--allow-unsigned']);
      expect([file.code, registry.asked]).toEqual([64, []]);
      const path = await place.run(['verify-evidence', 'my.bundles/evidence', '--allow-unsigned']);
      expect([path.code, path.stderr]).toEqual([3, expect.stringContaining('FILE_UNREADABLE')]);
    });
  });

  it('with --dry-run has the place of the pointer', async () => {
    await withPlace({}, async (target, place) => {
      const words = [OUT, target, '--dry-run', '--evidence-dir', TREE];
      const flat = await publish(place, ...words, '--no-sign');
      const signed = await publish(place, ...words);
      const file = await publish(place, OUT, target, '--dry-run', '--pointer', 'p.yaml');
      const said = [flat, signed, file].map(
        ({ stderr }) => /would write the pointer (.*)\n/.exec(stderr)?.[1],
      );
      await publish(place, ...words.slice(0, 2), '--no-sign', '--evidence-dir', TREE);
      const path = pointers(place)[0]?.[0] ?? '';
      const recipe = path.replace('.yaml', '');
      expect(said).toEqual([`${TREE}/${path}`, `below ${TREE}/${recipe}`, 'p.yaml']);
    });
  });
});

describe('a word that belongs to another command', () => {
  it.each([
    ['publish', ['oci://HOST/a@DIGEST', 'oci://HOST/b'], 'BUNDLE', 'affidavit evidence mirror'],
    ['mirror', [OUT, 'oci://HOST/b'], 'REF', 'affidavit evidence publish'],
    ['sign', ['oci://HOST/a@DIGEST'], 'INPUT', 'affidavit evidence pointer'],
    ['fetch', ['oci://HOST/a@DIGEST', '-o', '-'], '--output', 'name a file'],
    ['publish', [OUT, 'oci://HOST/b', 'HOST/B'], 'TARGET 2', 'HOST/b'],
  ])('of evidence %s is 64, with the next step: %j', async (command, words, at, said) => {
    await withPlace({}, async (_, place, registry) => {
      const filled = words.map((word) =>
        word.replace('HOST', registry.host).replace('DIGEST', `sha256:${'0'.repeat(64)}`),
      );
      const run = await place.run(['evidence', command, ...filled]);
      expect([run.code, registry.asked]).toEqual([64, []]);
      expect(run.stderr).toContain(`at: ${at}\n`);
      expect(run.stderr.replaceAll(/\s+/g, ' ')).toContain(said.replace('HOST', registry.host));
      expect(run.stderr).not.toContain('[@sha256:HEX]');
    });
  });
});

describe('evidence mirror', () => {
  it('takes the tag of a layout, and says the tag of each target, or that there is none', async () => {
    await withPlace({}, async (target, place, registry) => {
      const { digest } = await publish(place, OUT, `${target}:mine`, '--no-sign');
      const layout = ['evidence', 'fetch', `${target}:mine@${digest}`, '--oci-layout', 'layout'];
      expect((await place.run(layout)).code).toBe(0);
      const copies = [`${target}-copy`, `${target}-other:own`];
      const copied = await place.run(['evidence', 'mirror', 'layout', ...copies]);
      expect([copied.code, tags(registry)]).toEqual([
        0,
        expect.arrayContaining(['evidence-copy:mine', 'evidence-other:own']),
      ]);
      expect(copied.stderr).toContain(`tag: ${registry.host}/evidence-copy:mine\n`);
      const bare = ['evidence', 'mirror', `${target}@${digest}`, `${target}-bare`];
      expect((await place.run(bare)).stderr).toContain(
        `no tag in ${registry.host}/evidence-bare\n`,
      );
    });
  });
});

describe('evidence publish that is interrupted after it has signed', () => {
  it('names the file in which the signature is kept: 130', async () => {
    await withPlace({}, async (target, place, registry) => {
      const reached = new Promise<void>((resolve) => {
        registry.faults.first = ({ method }) => {
          if (method === 'PATCH') resolve();
          return method === 'PATCH';
        };
      });
      const words = ['evidence', 'publish', OUT, target, '--sandbox'];
      const { child, ended, stderr } = start(place, words, EPOCH);
      await reached;
      child.kill('SIGINT');
      expect(await ended).toEqual({ code: 130, signal: null });
      expect(stderr().replaceAll(/\s+/g, ' ')).toContain(
        `it goes on with the signature in ${LEFT}`,
      );
      expect(existsSync(place.path(LEFT))).toBe(true);
    });
  });
});

describe('several good signatures', () => {
  it('are all listed with their digests; otherwise only the others are listed', () => {
    const listed = (fate: 'good' | 'other'): string => {
      const signed = {
        registry: 'r.test/e',
        signer: { identity: 'a@b.c', issuer: 'https://i.test' },
        signedAt: '2026-01-01T00:00:00Z',
      } as const;
      const referrers = [
        { ...signed, digest: 'sha256:one', fate: 'reported' },
        { ...signed, digest: 'sha256:two', fate },
      ] as const;
      const source = { registry: 'r.test/e', digest: 'sha256:a', requests: 1, referrers };
      return JSON.stringify(sourceLines(source).at(-1));
    };
    expect(listed('good')).toMatch(/reported.*sha256:one.*good.*sha256:two/);
    expect(listed('other')).toMatch(/^(?!.*sha256:one).*sha256:two/);
  });
});
