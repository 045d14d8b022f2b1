import { describe, expect, it } from 'vitest';

import { isDigest, type Digest } from '../../../src/digest.ts';
import type { RegistryOptions } from '../../../src/io/oci/connection.ts';
import { OCI_EMPTY, OCI_MANIFEST } from '../../../src/media-types.ts';
import type { Descriptor, ReferrerList, Repository } from '../../../src/pointer/registry.ts';
import { rejection } from '../../document/refusal.ts';
import { digestOf, type Faults, type TestRegistry } from '../../oci/call.ts';
import { authorizerWith, repositoryOf } from '../../oci/client.ts';
import { withRegistry } from '../../oci/registry.ts';

const MAX = 1000;
const BLOB = Buffer.from('0123456789'.repeat(30_000));

function requireDigest(text: string): Digest {
  if (!isDigest(text)) throw new TypeError(text);
  return text;
}

const BLOB_DIGEST = requireDigest(digestOf(BLOB));
const DESCRIPTOR: Descriptor = {
  mediaType: 'application/octet-stream',
  digest: BLOB_DIGEST,
  size: BLOB.length,
};

function manifestOf(subject: string | undefined, text: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: text,
      config: { mediaType: OCI_EMPTY, digest: BLOB_DIGEST, size: 2 },
      layers: [],
      ...(subject !== undefined && {
        subject: { mediaType: OCI_MANIFEST, digest: subject, size: 1 },
      }),
    }),
  );
}

const ARTIFACT = manifestOf(undefined, 'application/a');
const DIGEST = requireDigest(digestOf(ARTIFACT));

function put({ manifests }: TestRegistry, bytes: Buffer, ...names: string[]): void {
  for (const name of [`@${digestOf(bytes)}`, ...names]) {
    manifests.set(`evidence${name}`, { bytes, mediaType: OCI_MANIFEST });
  }
}

/** A registry with the artifact and the blob. */
async function withArtifact(
  faults: Faults,
  use: (repository: Repository, registry: TestRegistry) => Promise<void>,
  options: Partial<RegistryOptions> = {},
): Promise<void> {
  await withRegistry(faults, async (registry) => {
    put(registry, ARTIFACT, ':latest');
    registry.blobs.set(BLOB_DIGEST, BLOB);
    await use(repositoryOf(registry, options), registry);
  });
}

async function blobOf(repository: Repository, blob = DESCRIPTOR): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of repository.readBlob(blob)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a manifest', () => {
  it.each([
    ['its digest', DIGEST],
    ['a tag', { tag: 'latest' }],
  ])('comes by %s, with its type and its digest, in one request', async (_, reference) => {
    await withArtifact({}, async (repository, { asked }) => {
      const manifest = await repository.readManifest(reference, MAX);
      expect(manifest).toEqual({ bytes: ARTIFACT, mediaType: OCI_MANIFEST, digest: DIGEST });
      expect([repository.requests, asked.length]).toEqual([1, 1]);
    });
  });

  it('that is not there is undefined', async () => {
    await withArtifact({}, async (repository) => {
      expect(await repository.readManifest({ tag: 'other' }, MAX)).toBeUndefined();
    });
  });

  it('with other bytes than its digest is an error', async () => {
    await withArtifact({}, async (repository, { manifests }) => {
      manifests.set(`evidence@${DIGEST}`, { bytes: Buffer.from('{}'), mediaType: OCI_MANIFEST });
      const error = await rejection(repository.readManifest(DIGEST, MAX));
      expect(error).toMatchObject({ code: 'REGISTRY_BYTES_OTHER', class: 'invalid' });
      expect(error?.expected).toContain(DIGEST);
    });
  });

  it('may have as many bytes as the limit, and not one more', async () => {
    await withArtifact({}, async (repository) => {
      expect(await repository.readManifest(DIGEST, ARTIFACT.length)).toBeDefined();
      const error = await rejection(repository.readManifest(DIGEST, ARTIFACT.length - 1));
      expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', at: repository.name });
    });
  });

  it('is no page for people, even with 200', async () => {
    await withArtifact({}, async (repository, { manifests }) => {
      const page = { bytes: Buffer.from('<html>'), mediaType: 'text/html; charset=utf-8' };
      manifests.set('evidence:latest', page);
      const error = await rejection(repository.readManifest({ tag: 'latest' }, MAX));
      expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
      expect(error?.found).toContain('text/html');
    });
  });
});

describe('a blob', () => {
  it('comes as it is, in one request', async () => {
    await withArtifact({}, async (repository) => {
      expect(await blobOf(repository)).toEqual(BLOB);
      expect(repository.requests).toBe(1);
      expect(await repository.hasBlob(DESCRIPTOR)).toBe(true);
    });
  });

  it.each([
    ['goes on where the connection broke', {}, ['', 'bytes=70000-', 'bytes=150000-']],
    [
      'comes anew where no range is served (416)',
      { isLax: true },
      ['', 'bytes=70000-', '', 'bytes=80000-', ''],
    ],
  ])('%s', async (_, faults, ranges) => {
    const heard: string[] = [];
    const first: Faults['first'] = ({ headers }) => {
      heard.push(headers.range ?? '');
      return false;
    };
    await withArtifact({ ...faults, first, cutsAfter: [70_000, 80_000] }, async (repository) => {
      expect(await blobOf(repository)).toEqual(BLOB);
      expect(heard).toEqual(ranges);
    });
  });

  it('comes anew where the range is another one', async () => {
    let calls = 0;
    const first: Faults['first'] = ({ headers }, response) => {
      calls += 1;
      if (headers.range === undefined) return false;
      const range = `bytes 5-${BLOB.length - 1}/${BLOB.length}`;
      response.writeHead(206, { 'content-range': range }).end(BLOB.subarray(5));
      return true;
    };
    await withArtifact({ first, cutsAfter: [70_000] }, async (repository) => {
      expect(await blobOf(repository)).toEqual(BLOB);
      expect(calls).toBe(3);
    });
  });

  it('that stays short is unjudged, and says how much there is', async () => {
    await withArtifact({ spoil: (bytes) => bytes.subarray(0, 1000) }, async (repository) => {
      const error = await rejection(blobOf(repository));
      expect(error).toMatchObject({ class: 'unjudged', at: repository.name });
      expect(error?.found).toContain('1000 of 300000 bytes');
    });
  });

  it.each([
    ['one more byte', (bytes: Buffer) => Buffer.concat([bytes, bytes.subarray(0, 1)]), 'more than'],
    [
      'one other byte',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(1), bytes.subarray(0, 1)]),
      'the digest sha256:',
    ],
  ])('with %s is an error', async (_, spoil, found) => {
    await withArtifact({ spoil }, async (repository) => {
      const error = await rejection(blobOf(repository));
      expect(error).toMatchObject({ code: 'REGISTRY_BYTES_OTHER', class: 'invalid' });
      expect(error?.found).toContain(found);
    });
  });

  it('that is not there is unjudged', async () => {
    await withArtifact({}, async (repository, { blobs }) => {
      blobs.clear();
      const error = await rejection(blobOf(repository));
      expect(error).toMatchObject({ code: 'REGISTRY_LACKS', class: 'unjudged' });
      expect(error?.found).toContain('BLOB_UNKNOWN');
      expect(await repository.hasBlob(DESCRIPTOR)).toBe(false);
    });
  });

  it.each([
    ['one byte less', DESCRIPTOR.size + 1],
    ['one byte more', DESCRIPTOR.size - 1],
  ])('that is there with %s than it should have is another one', async (_, size) => {
    await withArtifact({}, async (repository) => {
      const error = await rejection(repository.hasBlob({ ...DESCRIPTOR, size }));
      expect(error).toMatchObject({ code: 'REGISTRY_BYTES_OTHER', class: 'invalid' });
      expect(error?.found).toContain(`"${DESCRIPTOR.size}"`);
      expect(error?.at).toBe(repository.name);
    });
  });

  it('that is there may have no length', async () => {
    const first: Faults['first'] = ({ method }, response) => {
      if (method === 'HEAD') response.writeHead(200).end();
      return method === 'HEAD';
    };
    await withArtifact({ first }, async (repository) => {
      expect(await repository.hasBlob(DESCRIPTOR)).toBe(true);
    });
  });
});

describe('the list of referrers', () => {
  const referrers = ['a', 'b', 'c'].map((name) => manifestOf(DIGEST, `application/${name}`));

  async function listed(faults: Faults): Promise<readonly string[] | undefined> {
    let list: ReferrerList | undefined;
    await withArtifact(faults, async (repository, registry) => {
      for (const each of referrers) put(registry, each);
      list = await repository.listReferrers(DIGEST);
    });
    return list?.manifests.map(({ digest, artifactType }) => `${artifactType} ${digest}`);
  }

  const all = referrers.map((each, index) => `application/${'abc'[index]} ${digestOf(each)}`);

  it.each([
    ['in one page', {}],
    ['with all pages', { pageSize: 1 }],
    ['in pages of two', { pageSize: 2 }],
    [
      'with other links beside that to the next page',
      { pageSize: 2, nextPage: `x>; rel="first", </v2/evidence/referrers/${DIGEST}?from=2` },
    ],
  ])('comes %s', async (_, faults) => {
    expect(await listed(faults)).toEqual(all);
  });

  it('comes as go-containerregistry says it', async () => {
    expect(await listed({ isLax: true })).toEqual(
      all.map((each) => each.replace(/^\S+/, OCI_EMPTY)),
    );
  });

  it.each(['none', 'page'] as const)('is undefined if there is none (%s)', async (none) => {
    expect(await listed({ referrers: none })).toBeUndefined();
  });

  it('that is a page without an end is hung up on', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const first: Faults['first'] = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).write('<html>');
      response.on('close', () => {
        resolve('closed');
      });
      return true;
    };
    await withArtifact({ first }, async (repository) => {
      expect(await repository.listReferrers(DIGEST)).toBeUndefined();
      expect(await promise).toBe('closed');
    });
  });

  it('without an end is unjudged', async () => {
    const error = await rejection(listed({ referrers: 'endless' }));
    expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
    expect(error?.hint).toContain('--attestation');
  });

  it.each([
    ['a page for people', 200, 'text/html', 'SERVICE_ANSWER_INVALID'],
    ['no index', 200, 'application/json', 'SERVICE_ANSWER_INVALID'],
    ['not there', 404, 'text/plain', 'REGISTRY_LACKS'],
  ])(
    'whose second page is %s is unjudged, and not taken for whole',
    async (_, status, type, code) => {
      const first: Faults['first'] = ({ url = '' }, response) => {
        if (!url.includes('from=1')) return false;
        response.writeHead(status, { 'content-type': type }).end('<html>');
        return true;
      };
      const error = await rejection(listed({ pageSize: 1, first }));
      expect(error).toMatchObject({ code, class: 'unjudged' });
      expect(error?.found).toContain(status === 404 ? 'status 404' : `page 2, ${type}`);
    },
  );

  it.each([1, 2])('whose page %i is no list, though it says so, is unjudged too', async (page) => {
    const first: Faults['first'] = ({ url = '' }, response) => {
      if (page === 2 && !url.includes('from=1')) return false;
      response.writeHead(200, { 'content-type': 'application/vnd.oci.image.index.v1+json' });
      response.end('<html>');
      return true;
    };
    const error = await rejection(listed({ pageSize: 1, first }));
    expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
    expect(error?.found).toContain(`page ${page}, DOCUMENT_INVALID`);
  });

  it('of more than 4 MiB is unjudged', async () => {
    const first: Faults['first'] = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.oci.image.index.v1+json' });
      response.end(Buffer.alloc(4 * 1024 * 1024 + 1, ' '));
      return true;
    };
    const error = await rejection(listed({ first }));
    expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
    expect(error?.found).toContain('4194304');
  });

  it('has no page at another origin', async () => {
    const error = await rejection(listed({ pageSize: 1, nextPage: 'http://127.0.0.1:9/v2/x' }));
    expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
    expect(error?.found).toContain('127.0.0.1:9');
  });
});

describe('who asks', () => {
  const takes = 'Basic c2VjcmV0OnBhc3N3b3Jk';

  it('is nobody, until the registry wants to know', async () => {
    const authorizer = authorizerWith(takes);
    const use = async (repository: Repository, registry: TestRegistry): Promise<void> => {
      expect(await repository.readManifest(DIGEST, MAX)).toBeDefined();
      expect(await blobOf(repository)).toEqual(BLOB);
      expect(registry.authorizations).toEqual([undefined, takes, takes]);
    };
    await withArtifact({ wants: 'basic', takes }, use, { authorizer });
  });

  it.each([
    [401, 'basic', undefined, 'without credentials', 'docker login 127.0.0.1'],
    [403, 'forbidden', undefined, 'without credentials', 'is the package public?'],
    [
      ...([401, 'basic', 'Basic b3RoZXI6b3RoZXJvdGhlcg=='] as const),
      '~/.docker/config.json',
      'wrong or expired, or may not do this here: docker login',
    ],
  ] as const)('is refused with %i (%s, %s)', async (...given) => {
    const [status, wants, value, who, next] = given;
    const options = value === undefined ? {} : { authorizer: authorizerWith(value) };
    const use = async (repository: Repository): Promise<void> => {
      const error = await rejection(repository.readManifest(DIGEST, MAX));
      expect(error).toMatchObject({ code: 'REGISTRY_REFUSED', class: 'unjudged' });
      expect(error?.at).toBe(repository.name);
      expect(error?.found).toContain(`status ${status} for the manifest ${DIGEST}`);
      expect(error?.found).toContain(who);
      expect(error?.hint).toContain(next);
    };
    await withArtifact({ wants, takes }, use, options);
  });
});

describe('a registry that fails', () => {
  it.each([
    [404, 'REGISTRY_LACKS', 1],
    [429, 'SERVICE_FAILED', 3],
    [500, 'SERVICE_FAILED', 3],
    [418, 'SERVICE_FAILED', 1],
  ])('with %i is told of, after so many tries', async (status, code, tries) => {
    const said = { errors: [{ code: 'ODD', message: 'go \u001b[31mred, with topsecret12' }] };
    const first: Faults['first'] = (_, response) => {
      response.writeHead(status, { 'retry-after': '7' }).end(JSON.stringify(said));
      return true;
    };
    const pauses: number[] = [];
    const wait = async (ms: number): Promise<void> => {
      pauses.push(ms);
      await Promise.resolve();
    };
    const authorizer = { ...authorizerWith('x'), secrets: ['topsecret12'] };
    const use = async (repository: Repository): Promise<void> => {
      const error = await rejection(blobOf(repository));
      expect(error).toMatchObject({ code, class: 'unjudged', at: repository.name });
      expect(error?.found).toContain('ODD: go');
      expect(error?.found).not.toContain('topsecret');
      expect(error?.found).not.toContain('\u001B');
      expect(repository.requests).toBe(tries);
      expect(pauses).toEqual(Array.from({ length: tries - 1 }, () => 7000));
    };
    await withArtifact({ first }, use, { wait, authorizer });
  });

  it('once is asked again', async () => {
    await withArtifact({ failsAt: { request: 1, status: 503 } }, async (repository) => {
      expect(await repository.readManifest(DIGEST, MAX)).toBeDefined();
      expect(repository.requests).toBe(2);
    });
  });
});
