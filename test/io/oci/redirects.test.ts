import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import type { RegistryOptions } from '../../../src/io/oci/connection.ts';
import type { Repository } from '../../../src/pointer/registry.ts';
import { rejection } from '../../document/refusal.ts';
import type { Faults, TestRegistry } from '../../oci/call.ts';
import { authorizerWith, repositoryOf } from '../../oci/client.ts';
import { withRegistry } from '../../oci/registry.ts';

const BLOB = Buffer.from('0123456789');
const DESCRIPTOR = { mediaType: 'application/x', digest: digestOf(BLOB), size: BLOB.length };
const TAKES = 'Basic c2VjcmV0OnBhc3N3b3Jk';

async function blobOf(repository: Repository): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of repository.readBlob(DESCRIPTOR)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A registry that wants credentials, and another one at another port, which has the blob. */
async function withTwo(
  faults: (other: TestRegistry) => Faults,
  use: (registry: TestRegistry, other: TestRegistry) => Promise<void>,
): Promise<void> {
  await withRegistry({}, async (other) => {
    other.blobs.set(DESCRIPTOR.digest, BLOB);
    await withRegistry({ wants: 'basic', takes: TAKES, ...faults(other) }, async (registry) => {
      registry.blobs.set(DESCRIPTOR.digest, BLOB);
      await use(registry, other);
    });
  });
}

function client(
  registry: TestRegistry,
  options: Partial<RegistryOptions> & { readonly also?: readonly string[] } = {},
): Repository {
  const { also = [], ...more } = options;
  const named = [registry.host, ...also];
  return repositoryOf(registry, { authorizer: authorizerWith(TAKES), named, ...more });
}

describe('a redirect', () => {
  it('E2-27 to another port of the same host gets no credentials and no cookie', async () => {
    const cookies: unknown[] = [];
    const redirect = (other: TestRegistry): Faults => {
      other.faults.first = ({ headers }) => {
        cookies.push(headers.cookie);
        return false;
      };
      return { redirect: (path) => `http://${other.host}${path}?redirected` };
    };
    await withTwo(redirect, async (registry, other) => {
      expect(await blobOf(client(registry, { also: [other.host] }))).toEqual(BLOB);
      expect(registry.authorizations).toEqual([undefined, TAKES]);
      expect(other.authorizations).toEqual([undefined]);
      expect(cookies).toEqual([undefined]);
    });
  });

  it('within the registry keeps the credentials', async () => {
    const redirect = (): Faults => ({ redirect: (path) => `${path}?redirected` });
    await withTwo(redirect, async (registry) => {
      expect(await blobOf(client(registry))).toEqual(BLOB);
      expect(registry.authorizations).toEqual([undefined, TAKES, TAKES]);
    });
  });

  it('E2-27 to another origin that wants credentials gets none', async () => {
    const redirect = (other: TestRegistry): Faults => {
      other.faults.wants = 'basic';
      return { redirect: (path) => `http://${other.host}${path}?redirected` };
    };
    await withTwo(redirect, async (registry, other) => {
      const error = await rejection(blobOf(client(registry, { also: [other.host] })));
      expect(error).toMatchObject({ code: 'REGISTRY_REFUSED', class: 'unjudged' });
      expect(other.authorizations).toEqual([undefined]);
    });
  });

  it.each([
    ['a port of this machine that nobody named', (host: string) => `http://${host}/redirected`],
    ['an address of the cloud', () => 'https://169.254.169.254/redirected'],
    ['a private network', () => 'https://10.0.0.1/redirected'],
    ['a number', () => 'https://0xa9fea9fe/redirected'],
    ['IPv4 in IPv6', () => 'https://[::ffff:10.0.0.1]/redirected'],
    ['a name of a network of its own', () => 'https://storage.internal/redirected'],
    ['localhost with a dot', () => 'https://localhost./redirected'],
  ])('E2-28 to %s is not followed', async (_, target) => {
    const redirect = (other: TestRegistry): Faults => ({ redirect: () => target(other.host) });
    await withTwo(redirect, async (registry, other) => {
      const error = await rejection(blobOf(client(registry)));
      expect(error).toMatchObject({ code: 'REGISTRY_ADDRESS_PRIVATE', class: 'unjudged' });
      expect(error?.at).toBe(`${registry.host}/evidence`);
      expect(error?.hint).toMatch(/--registry \S+$/);
      expect(other.asked).toEqual([]);
    });
  });

  it.each([
    ['plain http of another machine', 'http://example.com/redirected', 'without TLS'],
    ['a file', 'file:///etc/passwd', 'without TLS'],
    ['no address', 'https://', 'no address'],
    ['a user', 'https://evil@example.com/x', 'a Location with a user or a password, at example'],
    ['a password', 'https://:chosen@example.com/x', 'a Location with a user or a password'],
  ])('E2-28 to %s is not followed', async (_, target, found) => {
    await withTwo(
      () => ({ redirect: () => target }),
      async (registry) => {
        const error = await rejection(blobOf(client(registry)));
        expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
        expect(error?.found).toContain(found);
      },
    );
  });

  it('E2-28 to itself ends after five', async () => {
    await withTwo(
      () => ({ redirect: (path) => path }),
      async (registry) => {
        const repository = client(registry);
        const error = await rejection(blobOf(repository));
        expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
        expect(error?.found).toContain('more than 5 redirects');
        // One more, which asked for credentials.
        expect(repository.requests).toBe(7);
      },
    );
  });
});

describe('the Location of an upload', () => {
  it('E2-27 at another port gets no credentials', async () => {
    await withTwo(
      () => ({}),
      async (registry, other) => {
        registry.faults.first = ({ method, headers }, response) => {
          if (method !== 'POST' || headers.authorization !== TAKES) return false;
          other.uploads.set('x', Buffer.alloc(0));
          const location = `http://${other.host}/v2/evidence/blobs/uploads/x?_state=a%20b%2Bc~`;
          response.writeHead(202, { location }).end();
          return true;
        };
        const repository = client(registry, { also: [other.host] });
        await repository.writeBlob(DESCRIPTOR, async function* open() {
          yield await Promise.resolve(BLOB);
        });
        expect(other.blobs.size).toBe(1);
        expect(new Set(other.authorizations)).toEqual(new Set([undefined]));
      },
    );
  });

  it.each([
    ['plain http of another machine', 'http://example.com/x', 'SERVICE_ANSWER_INVALID'],
    ['a private address', 'https://10.0.0.1/x', 'REGISTRY_ADDRESS_PRIVATE'],
    ['an address with a login', 'https://evil:chosen@example.com/x', 'SERVICE_ANSWER_INVALID'],
  ])('E2-28 is not at %s', async (_, location, code) => {
    const first: Faults['first'] = (_request, response) => {
      response.writeHead(202, { location }).end();
      return true;
    };
    await withRegistry({ first }, async (registry) => {
      const error = await rejection(
        repositoryOf(registry).writeBlob(DESCRIPTOR, async function* open() {
          yield await Promise.resolve(BLOB);
        }),
      );
      expect(error).toMatchObject({ code, class: 'unjudged' });
    });
  });
});

describe('a registry that a file names', () => {
  it.each([
    '127.0.0.1:9',
    'localhost:9',
    '10.0.0.1',
    '192.168.1.1:5000',
    '[::1]:9',
    '169.254.169.254',
  ])('E2-28 is not at %s', async (host) => {
    const repository = repositoryOf({ host }, { named: ['localhost', 'other.example'] });
    const error = await rejection(repository.readManifest({ tag: 'x' }, 1));
    expect(error).toMatchObject({ code: 'REGISTRY_ADDRESS_PRIVATE', class: 'unjudged' });
    expect(error?.found).toContain('which a file names');
    expect(error?.hint).toContain(`--registry ${host}`);
  });
});
