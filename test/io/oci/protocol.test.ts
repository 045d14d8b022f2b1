// What the distribution-spec asks of clients, request by request: docs/oci-conformance.md names these tests.
import type { IncomingHttpHeaders } from 'node:http';

import { describe, expect, it } from 'vitest';

import { MAX_OCI_MANIFEST_BYTES } from '../../../src/limits.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../../src/media-types.ts';
import { rejection } from '../../document/refusal.ts';
import type { Faults, TestRegistry } from '../../oci/call.ts';
import { repositoryOf } from '../../oci/client.ts';
import { LAYER, LAYER_BLOB, SIGNATURE, TAG, layerOf, push } from '../../oci/pushed.ts';
import { withRegistry } from '../../oci/registry.ts';
import { ARTIFACT, ATTESTATION, INDEX } from '../../pointer/oci.ts';

const END = LAYER.length - 1;

interface Heard {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** The requests that are made while something is done to a registry. */
async function heardWhile(
  use: (registry: TestRegistry) => Promise<void>,
  faults: Faults = {},
): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  const first: Faults['first'] = ({ method, url = '', headers }) => {
    heard.push({ method, url, headers });
    return false;
  };
  await withRegistry({ ...faults, first }, use);
  return heard;
}

/** Each answer of the registry has these headers too. */
function saying(headers: Readonly<Record<string, string>>): Faults {
  return {
    first: (_, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      return false;
    },
  };
}

async function read(registry: TestRegistry): Promise<readonly unknown[]> {
  const repository = repositoryOf(registry);
  const chunks: Uint8Array[] = [];
  for await (const chunk of repository.readBlob(LAYER_BLOB)) chunks.push(chunk);
  return [
    await repository.readManifest(ARTIFACT.digest, MAX_OCI_MANIFEST_BYTES),
    await repository.readManifest({ tag: 'v1' }, MAX_OCI_MANIFEST_BYTES),
    (await repository.listReferrers(ARTIFACT.digest))?.manifests.map(({ digest }) => digest),
    Buffer.concat(chunks),
  ];
}

const ALL = [ARTIFACT, ARTIFACT, [ATTESTATION.digest], LAYER];

describe('what is asked for', () => {
  it('is a manifest of the types that can be named, and a list as an index', async () => {
    const heard = await heardWhile(async (registry) => {
      const repository = repositoryOf(registry);
      await repository.readManifest({ tag: 'v1' }, MAX_OCI_MANIFEST_BYTES);
      await repository.listReferrers(ARTIFACT.digest);
    });
    const [manifest = '', list] = heard.map(({ headers }) => headers.accept);
    expect(manifest.split(', ')).toEqual([
      OCI_MANIFEST,
      OCI_INDEX,
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.docker.distribution.manifest.list.v2+json',
    ]);
    expect(list).toBe(OCI_INDEX);
  });

  it('has its type without the parameters', async () => {
    await withRegistry({}, async (registry) => {
      await push(repositoryOf(registry));
      registry.faults.first = ({ url = '' }, response) => {
        const { bytes, mediaType } = url.includes('/referrers/') ? INDEX : ARTIFACT;
        if (url.includes('/blobs/')) return false;
        response.writeHead(200, { 'content-type': `${mediaType}; charset=utf-8` }).end(bytes);
        return true;
      };
      expect(await read(registry)).toEqual(ALL);
    });
  });

  it.each([
    ['another digest', { 'docker-content-digest': ATTESTATION.digest }],
    ['a digest that is none', { 'docker-content-digest': 'sha256:' }],
    ['warnings', { warning: '299 - "this registry will be removed"' }],
    ['another API', { 'docker-distribution-api-version': 'registry/1.0' }],
    ['filters that nobody asked for', { 'oci-filters-applied': 'artifactType' }],
  ])('is the same if the headers say %s: nothing is done by them', async (_, headers) => {
    await withRegistry(saying(headers), async (registry) => {
      await push(repositoryOf(registry));
      expect(await read(registry)).toEqual(ALL);
    });
  });

  it('has other bytes, and a header with the right digest does not help', async () => {
    await withRegistry(saying({ 'docker-content-digest': ARTIFACT.digest }), async (registry) => {
      const { bytes, mediaType } = ATTESTATION;
      const stored = { bytes: Buffer.from(bytes), mediaType };
      registry.manifests.set(`evidence@${ARTIFACT.digest}`, stored);
      const wrong = repositoryOf(registry).readManifest(ARTIFACT.digest, MAX_OCI_MANIFEST_BYTES);
      expect((await rejection(wrong))?.code).toBe('REGISTRY_BYTES_OTHER');
    });
  });

  it('is hung up on at the first byte beyond its descriptor', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const first: Faults['first'] = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write(LAYER);
      response.write('x');
      response.on('close', () => {
        resolve('closed');
      });
      return true;
    };
    await withRegistry({ first }, async (registry) => {
      const error = await rejection(read(registry));
      expect(error).toMatchObject({ code: 'REGISTRY_BYTES_OTHER', class: 'invalid' });
      expect(error?.found).toBe(`more than ${LAYER.length} bytes`);
      expect([await promise, registry.asked.length]).toEqual(['closed', 1]);
    });
  });

  it.each(['', 'no', '<html>', '{', '[]', 'null', '{"errors":{}}', '{"errors":[7]}'])(
    'may be refused with %j in place of the errors of the format',
    async (body) => {
      const first: Faults['first'] = (_, response) => {
        response.writeHead(400).end(body);
        return true;
      };
      await withRegistry({ first }, async (registry) => {
        const error = await rejection(read(registry));
        expect([error?.code, error?.at]).toEqual(['SERVICE_FAILED', `${registry.host}/evidence`]);
        expect(error?.found).toContain('status 400 for the blob');
      });
    },
  );
});

describe('the next page of a list', () => {
  const second = `/v2/evidence/referrers/${ARTIFACT.digest}?page=2`;

  /** How many pages are asked for. */
  async function pagesOf(link: string): Promise<number> {
    let pages = 0;
    const first: Faults['first'] = ({ url }, response) => {
      pages += 1;
      const headers = { 'content-type': OCI_INDEX, ...(url !== second && { link }) };
      response.writeHead(200, headers).end(INDEX.bytes);
      return true;
    };
    await withRegistry({ first }, async (registry) => {
      await repositoryOf(registry).listReferrers(ARTIFACT.digest);
    });
    return pages;
  }

  it.each([
    `<${second}>; rel="next"`,
    `<${second}>;rel=next`,
    `<${second}>; REL = "Next"`,
    `<${second}>; title="x"; rel="last next"; type="y"`,
    `<?page=2>; rel="next"`,
    `</first>; rel="first", <${second}>; rel="next", </last>; rel="last"`,
  ])('is where a Link says it: %s', async (link) => {
    expect(await pagesOf(link)).toBe(2);
  });

  it.each([`<${second}>`, `<${second}>; rel="nextnext"`, `<${second}>; rel="prev"`, second])(
    'is none where no Link says it: %s',
    async (link) => {
      expect(await pagesOf(link)).toBe(1);
    },
  );
});

describe('an upload', () => {
  const upload = async (registry: TestRegistry): Promise<void> => {
    await repositoryOf(registry).writeBlob(LAYER_BLOB, async function* open(offset) {
      yield await Promise.resolve(LAYER.subarray(offset));
    });
  };

  it('begins empty, has one part from 0 to the last byte, and ends with the digest of all', async () => {
    const [post, patch, put] = await heardWhile(upload);
    expect([post?.method, post?.url]).toEqual(['POST', '/v2/evidence/blobs/uploads/']);
    expect(post?.headers['content-length']).toBe('0');
    expect([patch?.method, patch?.headers]).toMatchObject([
      'PATCH',
      {
        'content-type': 'application/octet-stream',
        'content-range': `0-${END}`,
        'content-length': `${LAYER.length}`,
      },
    ]);
    expect([put?.method, put?.headers['content-length']]).toEqual(['PUT', '0']);
    expect(put?.url).toMatch(new RegExp(`&digest=${encodeURIComponent(LAYER_BLOB.digest)}$`));
  });

  it('takes for each step the Location that the one before told, with its query as it is', async () => {
    const heard = await heardWhile(upload);
    expect(heard.slice(1, 3).map(({ url }) => url.replace(/.*\?/, '?'))).toEqual([
      '?_state=a%20b%2Bc~&step=1',
      `?_state=a%20b%2Bc~&step=2&digest=${encodeURIComponent(LAYER_BLOB.digest)}`,
    ]);
  });

  it('goes on with the byte behind the last one that the registry has', async () => {
    const heard = await heardWhile(upload, { takesOnly: [1000, 700] });
    const parts = heard.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers);
    expect(parts.map((each) => [each['content-range'], each['content-length']])).toEqual([
      [`0-${END}`, `${LAYER.length}`],
      [`1000-${END}`, `${LAYER.length - 1000}`],
      [`1700-${END}`, `${LAYER.length - 1700}`],
    ]);
  });

  it('that the registry has out of order (416) ends, and is deleted', async () => {
    await withRegistry({}, async (registry) => {
      registry.faults.first = ({ method, url = '' }) => {
        const id = url.replace(/.*\/|\?.*/g, '');
        if (method === 'PATCH') registry.uploads.set(id, Buffer.from('not of it'));
        return false;
      };
      const error = await rejection(upload(registry));
      expect(error).toMatchObject({ code: 'SERVICE_FAILED', class: 'unjudged' });
      expect(error?.found).toContain('status 416');
      expect([registry.blobs.size, registry.uploads.size]).toEqual([0, 0]);
    });
  });
});

describe('a manifest that is pushed', () => {
  it.each([
    ['a manifest', ARTIFACT, undefined],
    ['a manifest under a tag', ARTIFACT, 'v1'],
    ['an index', INDEX, TAG],
  ])('has the type that it says itself, without parameters: %s', async (_, manifest, tag) => {
    const [put] = await heardWhile(async (registry) => {
      await repositoryOf(registry).writeManifest(manifest, tag);
    });
    expect(put?.url).toBe(`/v2/evidence/manifests/${tag ?? manifest.digest}`);
    expect(put?.headers).toMatchObject({
      'content-type': (JSON.parse(Buffer.from(manifest.bytes).toString()) as { mediaType: string })
        .mediaType,
      'content-length': `${manifest.bytes.length}`,
    });
  });

  it('is asked for as it was pushed, byte for byte, behind its blobs', async () => {
    const heard = await heardWhile(async (registry) => {
      await push(repositoryOf(registry));
      expect(registry.blobs.get(layerOf(ATTESTATION).digest)).toEqual(SIGNATURE);
    });
    const steps = heard.filter(({ method, url }) => method === 'PUT' || url.includes(TAG));
    expect(steps.map(({ url }) => url.replace(/.*(?:\/|digest=)/, ''))).toEqual([
      encodeURIComponent(LAYER_BLOB.digest),
      encodeURIComponent('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'),
      ARTIFACT.digest,
      encodeURIComponent(layerOf(ATTESTATION).digest),
      ATTESTATION.digest,
      TAG,
      'v1',
    ]);
  });
});
