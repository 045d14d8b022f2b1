// A registry that wants to keep us, or to hear or show what it must not.
import type { ServerResponse } from 'node:http';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { withoutSecrets } from '../../../src/io/http/without-secrets.ts';
import { openAuthorizer } from '../../../src/io/oci/open-authorizer.ts';
import { Patience } from '../../../src/io/oci/patience.ts';
import { OCI_INDEX } from '../../../src/media-types.ts';
import { rejection } from '../../document/refusal.ts';
import { repositoryOf } from '../../oci/client.ts';
import { LAYER, LAYER_BLOB, blob } from '../../oci/pushed.ts';
import { withRegistry } from '../../oci/registry.ts';
import { ARTIFACT, changed } from '../../pointer/oci.ts';
import { propertyRuns } from '../../property-runs.ts';
import { scratch } from '../scratch.ts';

describe('a registry', () => {
  it('that never takes a token is asked four times, however short its tokens are', async () => {
    await withRegistry({}, async (registry) => {
      let isNew = false;
      registry.faults.first = ({ url }, response) => {
        if (url?.startsWith('/token') === true) {
          // One to each who was just refused.
          if (isNew) response.end('{"token":"abcdefgh","expires_in":0.000001}');
          else response.writeHead(401).end();
          isNew = false;
        } else {
          isNew = true;
          const realm = `http://${registry.host}/token`;
          response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
        }
        return true;
      };
      // Each token is an old one at once.
      let time = 0;
      const now = (): number => (time += 1e9);
      const authorizer = openAuthorizer({ environment: {}, now });
      const repository = repositoryOf(registry, { authorizer });
      const error = await rejection(repository.readManifest({ tag: 'x' }, 100));
      expect(error).toMatchObject({ code: 'REGISTRY_REFUSED', class: 'unjudged' });
      expect(repository.requests).toBeLessThanOrEqual(4);
    });
  });

  it('that always gets another token is asked four times', async () => {
    await withRegistry({ wants: 'basic' }, async (registry) => {
      let renewals = 0;
      const authorizer = {
        header: async () => await Promise.resolve(`Bearer ${renewals}`),
        renew: async () => {
          renewals += 1;
          return await Promise.resolve(true);
        },
        source: () => undefined,
        secrets: [],
      };
      const repository = repositoryOf(registry, { authorizer });
      const error = await rejection(repository.readManifest({ tag: 'x' }, 100));
      expect(error).toMatchObject({ code: 'REGISTRY_REFUSED' });
      expect([renewals, repository.requests]).toEqual([3, 4]);
    });
  });

  it('that wants pauses again and again is left after ten minutes of them', async () => {
    await withRegistry({}, async (registry) => {
      registry.faults.first = (_, response) => {
        response.writeHead(503, { 'retry-after': '30' }).end();
        return true;
      };
      let waited = 0;
      const wait = async (ms: number): Promise<void> => {
        waited += ms;
        await Promise.resolve();
      };
      const repository = repositoryOf(registry, { wait, patience: new Patience(600_000, () => 0) });
      const codes = [];
      let next: string | undefined;
      for (let count = 0; count < 256; count += 1) {
        const error = await rejection(repository.readManifest({ tag: `t${count}` }, 100));
        codes.push(error?.code);
        next = error?.hint;
      }
      expect(codes.slice(8, 12)).toEqual([
        ...['SERVICE_FAILED', 'SERVICE_SLOW', 'SERVICE_SLOW', 'SERVICE_SLOW'],
      ]);
      expect(next).toContain('--attestation sha256:');
      expect([waited, registry.asked.length]).toEqual([600_000, 29]);
    });
  });

  it('whose token service takes its time is left after ten minutes of it', async () => {
    await withRegistry({ wants: 'basic' }, async (registry) => {
      let time = 0;
      const authorizer = {
        header: async () => await Promise.resolve(undefined),
        renew: async () => {
          await Promise.resolve();
          time += 400_000;
          return false;
        },
        source: () => undefined,
        secrets: [],
      };
      const patience = new Patience(600_000, () => time);
      const repository = repositoryOf(registry, { authorizer, patience });
      for (const code of ['REGISTRY_REFUSED', 'REGISTRY_REFUSED', 'SERVICE_SLOW']) {
        const error = await rejection(repository.readManifest({ tag: 'x' }, 100));
        expect(error).toMatchObject({ code, class: 'unjudged' });
      }
    });
  });

  it.each([
    ['nothing', undefined, undefined, 'SERVICE_ANSWER_INVALID'],
    [
      ...(['other bytes', Buffer.alloc(LAYER_BLOB.size)] as const),
      ...(['REGISTRY_BYTES_OTHER', 'REGISTRY_BYTES_OTHER'] as const),
    ],
  ])(
    'that says yes to HEAD without a length, and has %s, has no blob',
    async (_, served, before, code) => {
      await withRegistry({}, async (registry) => {
        registry.faults.first = ({ method, url }, response) => {
          registry.blobs.clear();
          if (served !== undefined) registry.blobs.set(LAYER_BLOB.digest, served);
          if (method !== 'HEAD' || url?.includes('/blobs/') !== true) return false;
          response.writeHead(200).end();
          return true;
        };
        const repository = repositoryOf(registry);
        const there = repository.hasBlob(LAYER_BLOB);
        expect((await rejection(there))?.code).toBe(before);
        expect(await there.catch(() => false)).toBe(false);
        const error = await rejection(blob(LAYER_BLOB, LAYER)(repository));
        expect(error).toMatchObject({ code });
      });
    },
  );

  it('that says yes to HEAD without a length, and has it, has the blob', async () => {
    await withRegistry({}, async (registry) => {
      registry.faults.first = ({ method }, response) => {
        if (method === 'HEAD') response.writeHead(200).end();
        return method === 'HEAD';
      };
      registry.blobs.set(LAYER_BLOB.digest, LAYER);
      expect(await repositoryOf(registry).hasBlob(LAYER_BLOB)).toBe(true);
    });
  });

  it('that changes to another protocol gives no answer', async () => {
    await withRegistry({}, async (registry) => {
      registry.faults.first = ({ socket }) => {
        socket.write('HTTP/1.1 101 Other\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
        return true;
      };
      const repository = repositoryOf(registry);
      for (const asking of [
        repository.readManifest({ tag: 'x' }, 100),
        repository.hasBlob(LAYER_BLOB),
        blob(LAYER_BLOB, Buffer.alloc(LAYER_BLOB.size))(repository),
      ]) {
        const error = await rejection(asking);
        expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
        expect(error?.found).toContain('status 101');
      }
    });
  });

  it('that does so in the middle of an upload gives no answer', async () => {
    await withRegistry({}, async (registry) => {
      registry.faults.first = ({ socket, method }) => {
        if (method !== 'PATCH') return false;
        socket.write('HTTP/1.1 101 Other\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
        return true;
      };
      const pushing = blob(LAYER_BLOB, Buffer.alloc(LAYER_BLOB.size))(repositoryOf(registry));
      expect(await rejection(pushing)).toMatchObject({ code: 'SERVICE_ANSWER_INVALID' });
    });
  });
});

type Answer = (response: ServerResponse, password: string) => void;

/** What has no blank cannot repeat one that has. */
const wordOf = (said: string): string => said.split(' ', 1).join('');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Asks a registry for a tag, with a login that it repeats. */
async function errorWith(password: string, answer: Answer) {
  const folder = (host: string): string =>
    scratch({
      'config.json': JSON.stringify({ auths: { [host]: { auth: base64(`bob:${password}`) } } }),
    });
  let error: Awaited<ReturnType<typeof rejection>>;
  await withRegistry({}, async (registry) => {
    registry.faults.first = ({ headers }, response) => {
      if (headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else {
        answer(response, password);
      }
      return true;
    };
    const environment = { DOCKER_CONFIG: folder(registry.host) };
    const repository = repositoryOf(registry, { authorizer: openAuthorizer({ environment }) });
    const asking = async (): Promise<unknown> => {
      await repository.readManifest({ tag: 'x' }, 10_000);
      return await repository.listReferrers(ARTIFACT.digest);
    };
    error = await rejection(asking());
  });
  return error;
}

describe('a login that a registry repeats', () => {
  it.each<[string, Answer]>([
    ['in its message', (response, said) => response.writeHead(403).end(`no: bob:${said}`)],
    ['in base64', (response, said) => response.writeHead(403).end(base64(said))],
    [
      'in base64 with the user',
      (response, said) => response.writeHead(403).end(base64(`bob:${said}`)),
    ],
    [
      'in a challenge that cannot be read',
      (response, said) =>
        response.writeHead(401, { 'www-authenticate': `Basic x denied ${said}` }).end(),
    ],
    [
      'as the name of a parameter',
      (response, said) => {
        const name = wordOf(said);
        response.writeHead(401, { 'www-authenticate': `Basic ${name}=1, ${name}=2` }).end();
      },
    ],
    [
      'as a token service',
      (response, said) =>
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://x/${said}"` }).end(),
    ],
    [
      'as a host to which it leads',
      (response, said) => {
        const host = wordOf(said.toLowerCase());
        response.writeHead(307, { location: `https://${host}.localhost/` }).end();
      },
    ],
    [
      'as a type',
      (response, said) =>
        response.writeHead(200, { 'content-type': `application/${wordOf(said)}` }).end('{}'),
    ],
    [
      'in a manifest',
      (response, said) => {
        const { bytes, mediaType } = changed(ARTIFACT, (manifest) => {
          manifest['artifactType'] = `application/${said}`;
        });
        response.writeHead(200, { 'content-type': mediaType }).end(bytes);
      },
    ],
    [
      'in an entry of a list',
      (response, said) => {
        const isList = response.req.url?.includes('/referrers/') === true;
        const list = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ digest: said }] };
        response.writeHead(isList ? 200 : 404, { 'content-type': OCI_INDEX });
        response.end(JSON.stringify(list));
      },
    ],
  ])('%s is not shown', async (_, answer) => {
    for (const password of ['Zq7-correcthorse-99', 'tiger moon lamp sea']) {
      const error = await errorWith(password, answer);
      expect(error).toMatchObject({ class: 'unjudged' });
      const shown = `${error?.at} ${error?.message} ${error?.hint}`;
      expect(shown).not.toMatch(/correcthorse|moon|lamp/i);
      expect(shown).not.toContain(base64(password).slice(0, 12));
      expect(shown).not.toContain(base64(`bob:${password}`).slice(0, 12));
    }
  });

  it('is not shown whatever stands around it', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ minLength: 8 }),
        fc.string(),
        (before, secret, after) => {
          fc.pre(/\S/.test(secret));
          const shown = withoutSecrets(before + secret + after, [secret]);
          const words = secret.split(/\s+/).filter((word) => word !== '' && word !== '…');
          fc.pre(words.every((word) => !`${before} ${after}`.includes(word)));
          expect(words.filter((word) => word.length > 3 && shown.includes(word))).toEqual([]);
        },
      ),
      { numRuns: propertyRuns(300, 6000) },
    );
  });
});
