import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import type { RegistryOptions } from '../../../src/io/oci/connection.ts';
import type { Repository } from '../../../src/pointer/registry.ts';
import { rejection } from '../../document/refusal.ts';
import type { Faults } from '../../oci/call.ts';
import { repositoryOf } from '../../oci/client.ts';
import { withRegistry } from '../../oci/registry.ts';
import { deadAddress } from '../http/local-server.ts';
import { serverCertificate, startProxy, startTls } from '../http/tls-server.ts';

const HOST = 'registry.test';
const BLOB = Buffer.alloc(4 * 1024 * 1024, 'x');
const DESCRIPTOR = { mediaType: 'application/x', digest: digestOf(BLOB), size: BLOB.length };
/** So slow that no answer of these tests is in time, and so quick that they do not wait. */
const slowest = { bytes: 1024 * 1024, ms: 50 };
let certificate: ReturnType<typeof serverCertificate>;

beforeAll(() => {
  certificate = serverCertificate(HOST);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

async function tagOf(repository: Repository): Promise<unknown> {
  return await repository.readManifest({ tag: 'x' }, 100);
}

async function blobOf(repository: Repository): Promise<void> {
  for await (const chunk of repository.readBlob(DESCRIPTOR)) expect(chunk).toBeDefined();
}

async function* content(): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(BLOB);
}

describe('a registry that is slow', () => {
  it('E2-28 with an answer is left', async () => {
    await withRegistry({ first: () => true }, async (registry) => {
      const error = await rejection(tagOf(repositoryOf(registry, { slowest })));
      expect(error).toMatchObject({ code: 'SERVICE_SLOW', class: 'unjudged' });
      expect(error?.at).toBe(`${registry.host}/evidence`);
    });
  });

  it('E2-28 and gives a byte now and then is left', async () => {
    const timers: NodeJS.Timeout[] = [];
    const drip = (_: unknown, response: { write: (text: string) => unknown }): boolean => {
      timers.push(setInterval(() => response.write('x'), 5));
      return true;
    };
    await withRegistry({ first: drip }, async (registry) => {
      const error = await rejection(blobOf(repositoryOf(registry, { slowest })));
      for (const timer of timers) clearInterval(timer);
      expect(error).toMatchObject({ code: 'SERVICE_SLOW', class: 'unjudged' });
    });
  });

  it('and takes nothing of an upload is left, and the upload is deleted', async () => {
    const first = ({ method }: { readonly method?: string | undefined }): boolean =>
      method === 'PATCH';
    await withRegistry({ first }, async (registry) => {
      const repository = repositoryOf(registry, { slowest: { ...slowest, ms: 1000 } });
      const error = await rejection(repository.writeBlob(DESCRIPTOR, content));
      expect(error).toMatchObject({ code: 'SERVICE_SLOW', class: 'unjudged' });
      // On a busy machine the answer to POST may be too slow already: nobody knows that upload.
      const asked = (name: string): readonly string[] =>
        registry.asked.flatMap((each) =>
          each.startsWith(`${name} `) ? (each.split(' ', 2)[1] ?? []) : [],
        );
      expect(asked('DELETE')).toEqual(expect.arrayContaining([...asked('PATCH')]));
      for (const path of asked('PATCH')) {
        expect(registry.uploads.has(path.replace(/.*\//, ''))).toBe(false);
      }
    });
  });
});

describe('a registry that is not there', () => {
  it('is unreachable, after three tries', async () => {
    const host = new URL(await deadAddress()).host;
    const repository = repositoryOf({ host });
    const error = await rejection(tagOf(repository));
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE', at: `${host}/evidence` });
    expect(repository.requests).toBe(3);
  });

  it('because nobody knows its name is unreachable', async () => {
    const error = await rejection(tagOf(repositoryOf({ host: 'nobody.invalid' })));
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE', class: 'unjudged' });
    expect(error?.found).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('a registry behind a proxy', () => {
  async function ask(
    options: Partial<RegistryOptions>,
    host = HOST,
  ): Promise<{
    readonly answer: unknown;
    readonly connected: readonly string[];
  }> {
    const server = await startTls(certificate, (_, response) => {
      response.writeHead(404).end();
    });
    const proxy = await startProxy(server.port);
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
    try {
      const repository = repositoryOf({ host }, { named: [], ...options });
      const answer = await tagOf(repository).catch((error: unknown) => error);
      return { answer, connected: proxy.asked };
    } finally {
      proxy.close();
      server.close();
    }
  }

  it('with a certificate of --registry-ca is asked, and its name decides alone', async () => {
    const { answer, connected } = await ask({ ca: [certificate.ca] });
    expect(answer).toBeUndefined();
    expect(connected).toEqual([`${HOST}:443`]);
  });

  it.each([
    'registry.internal',
    'registry',
    '2130706433',
    '10.0.0.1',
    'localhost.',
    '[::ffff:7f00:1]',
  ])('whose name says that it is private is not asked: %s', async (host) => {
    const { answer, connected } = await ask({ ca: [certificate.ca] }, host);
    expect([answer, connected]).toMatchObject([{ code: 'REGISTRY_ADDRESS_PRIVATE' }, []]);
  });

  it.each([
    ['none', {}, 'name its certificates: --registry-ca FILE'],
    ['another one', { ca: [serverCertificate('x').ca] }, 'no authority in --registry-ca FILE'],
  ])(
    'with a certificate of an authority that is not named is not: %s',
    async (_, options, hint) => {
      const { answer } = await ask(options);
      expect(answer).toMatchObject({
        code: 'SERVICE_UNREACHABLE',
        found: expect.not.stringContaining('use-system-ca') as unknown,
        hint: expect.stringContaining(hint) as unknown,
      });
    },
  );
});

describe('a registry on this machine', () => {
  it('is asked by https if --registry-ca is given, and by http else', async () => {
    const local = serverCertificate('localhost');
    const server = await startTls(local, (_, response) => response.writeHead(404).end());
    const host = `localhost:${server.port}`;
    try {
      expect(await tagOf(repositoryOf({ host }, { ca: [local.ca] }))).toBeUndefined();
    } finally {
      server.close();
    }
  });

  it('that wants https and is asked by http says so', async () => {
    const first: Faults['first'] = (_, response) => {
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n');
      return true;
    };
    await withRegistry({ first }, async (registry) => {
      const error = await rejection(tagOf(repositoryOf(registry)));
      expect(error).toMatchObject({ code: 'SERVICE_FAILED', class: 'unjudged' });
      expect(error?.hint).toMatch(/^it was asked by http, .*--registry-ca FILE$/);
    });
  });

  it('that has no TLS and is asked by https has words of its own, as any other', async () => {
    await withRegistry({}, async (registry) => {
      const error = await rejection(tagOf(repositoryOf(registry, { ca: [certificate.ca] })));
      expect(error).toMatchObject({
        code: 'SERVICE_UNREACHABLE',
        found: 'no usable answer from the registry: "TLS: wrong version number"',
        expected: 'a service that speaks TLS',
      });
      expect(error?.hint).toMatch(/set up https there; http is only for what is on this machine/);
    });
  });
});
