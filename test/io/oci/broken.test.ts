import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import type { RegistryOptions } from '../../../src/io/oci/connection.ts';
import type { Repository } from '../../../src/pointer/registry.ts';
import { rejection } from '../../document/refusal.ts';
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

  it('with another certificate is not, and the flag is named', async () => {
    const { answer } = await ask({});
    expect(answer).toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      hint: expect.stringContaining('--registry-ca FILE') as unknown,
    });
  });
});
