import { Readable } from 'node:stream';

import { digestOf, type Digest } from '../../digest.ts';
import { EvidenceError, orIfRefused, type Fault } from '../../errors/evidence-error.ts';
import { MAX_OCI_INDEX_BYTES } from '../../limits.ts';
import { OCI_INDEX } from '../../media-types.ts';
import { refusal } from '../../place.ts';
import { nextPageIn } from '../../pointer/answer-headers.ts';
import { parseOciIndex, type OciIndex } from '../../pointer/oci-index.ts';
import { MANIFEST_KINDS } from '../../pointer/oci-manifest.ts';
import type {
  Descriptor,
  ReferrerList,
  Registry,
  Repository,
  StoredManifest,
} from '../../pointer/registry.ts';
import { quote } from '../../quote.ts';
import { noAnswer } from '../http/no-answer.ts';
import { keepConnections } from '../http/route.ts';
import { concealed } from './concealed-repository.ts';
import { Connection, type RegistryOptions } from './connection.ts';
import { BrokenAnswer, type Answer } from './paced-request.ts';
import { Patience } from './patience.ts';
import { hasBlob, otherBytes, readBlob } from './read-blob.ts';
import { tryUpload, writeBlob, type OpenContent } from './write-blob.ts';

/** Pages of one list: each may be short. */
const MAX_PAGES = 100;

/** What may be under a tag or a digest. Docker's own types are asked for so that they are named as what they are. */
const MANIFEST_TYPES = [...MANIFEST_KINDS.keys()].join(', ');

/** Registries over HTTP, by the distribution-spec. */
export function openRemoteRegistry(options: RegistryOptions): Registry {
  const all = { kept: keepConnections(), patience: new Patience(), ...options };
  const { secrets } = options.authorizer;
  return {
    repository: (name) => concealed(new RemoteRepository(new Connection(name, all)), secrets),
  };
}

class RemoteRepository implements Repository {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get name(): string {
    return this.#connection.name;
  }

  get requests(): number {
    return this.#connection.requests;
  }

  async readManifest(
    reference: Digest | { readonly tag: string },
    maxBytes: number,
  ): Promise<StoredManifest | undefined> {
    const name = typeof reference === 'string' ? reference : reference.tag;
    const what = `the manifest ${name}`;
    const url = this.#connection.url(`manifests/${name}`);
    const headers = { accept: MANIFEST_TYPES };
    const answer = await this.#connection.ask({ method: 'GET', url, what, headers, also: [404] });
    if (answer.status === 404) return undefined;
    const mediaType = typeOf(answer);
    if (!/[/+]json$/.test(mediaType)) {
      answer.drop();
      const shown = mediaType === '' ? 'no Content-Type' : mediaType;
      throw this.#connection.invalid(answer.status, `${shown}, and not ${what}`);
    }
    const bytes = await this.#readAll(answer, maxBytes, tooLong(this.name, what, maxBytes));
    const digest = digestOf(bytes);
    if (typeof reference === 'string' && digest !== reference) {
      throw otherBytes(this.name, reference, `the digest ${digest}`);
    }
    return { bytes, mediaType, digest };
  }

  readBlob(blob: Descriptor, held?: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return readBlob(this.#connection, blob, held);
  }

  async hasBlob(blob: Descriptor): Promise<boolean> {
    return await hasBlob(this.#connection, blob);
  }

  async requireWritable(): Promise<void> {
    await tryUpload(this.#connection);
  }

  async writeBlob(blob: Descriptor, open: OpenContent): Promise<void> {
    await writeBlob(this.#connection, blob, open);
  }

  async writeManifest(manifest: StoredManifest, tag?: string): Promise<void> {
    const { bytes, mediaType, digest } = manifest;
    await this.#connection.ask({
      method: 'PUT',
      url: this.#connection.url(`manifests/${tag ?? digest}`),
      what: `the upload of the manifest ${tag ?? digest}`,
      actions: 'pull,push',
      headers: { 'content-type': mediaType },
      body: { size: bytes.length, open: () => Readable.from([bytes]) },
    });
    if ((await this.readManifest(digest, bytes.length)) !== undefined) return;
    throw this.#connection.invalid(201, `taken, and not there: the manifest ${digest}`);
  }

  async listReferrers(subject: Digest): Promise<ReferrerList | undefined> {
    const what = `the list of what is attached to ${subject}`;
    const manifests: Descriptor[] = [];
    const unread: Fault[] = [];
    let bytesLeft = MAX_OCI_INDEX_BYTES;
    let url: URL | undefined = this.#connection.url(`referrers/${subject}`);
    for (let pages = 0; url !== undefined; pages += 1) {
      if (pages === MAX_PAGES) throw badList(this.name, `more than ${MAX_PAGES} pages`);
      const headers = { accept: OCI_INDEX };
      const answer: Answer = await this.#connection.ask({
        method: 'GET',
        url,
        what,
        headers,
        also: pages === 0 ? [404] : [],
      });
      if (answer.status === 404 || typeOf(answer) !== OCI_INDEX) {
        answer.drop();
        // It comes from a registry that has no such list. One that began a list has it.
        if (pages === 0) return undefined;
        throw badList(this.name, `page ${pages + 1}, ${typeOf(answer) || 'no Content-Type'},`);
      }
      const bytes = await this.#readAll(
        answer,
        bytesLeft,
        badList(this.name, `more than ${MAX_OCI_INDEX_BYTES} bytes`),
      );
      bytesLeft -= bytes.length;
      const stored = { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
      const index = readPage(stored, this.name, pages + 1);
      manifests.push(...index.manifests);
      unread.push(...index.unread);
      url = this.#nextPage(answer);
    }
    return { manifests, unread };
  }

  #nextPage({ status, headers, url }: Answer): URL | undefined {
    const next = nextPageIn(headers.get('link') ?? '');
    if (next === undefined) return undefined;
    const target = this.#connection.target(status, next, url);
    if (this.#connection.isOwn(target)) return target;
    throw this.#connection.invalid(status, `a next page at ${target.host}`);
  }

  async #readAll(answer: Answer, maxBytes: number, error: EvidenceError): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let left = maxBytes;
    try {
      for await (const chunk of answer.body) {
        left -= chunk.length;
        if (left < 0) throw error;
        chunks.push(chunk);
      }
    } catch (broken) {
      if (!(broken instanceof BrokenAnswer)) throw broken;
      throw noAnswer(this.#connection.service(), broken.failure);
    }
    return Buffer.concat(chunks);
  }
}

/** Without parameters. */
function typeOf({ headers }: Answer): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  return quote(type.trim().toLowerCase(), 100).slice(1, -1);
}

function tooLong(at: string, what: string, maxBytes: number): EvidenceError {
  const hint = 'name another artifact by its digest: this one is none of evidence';
  const found = `more than ${maxBytes} bytes for ${what}`;
  return refusal({ code: 'LIMIT_EXCEEDED', at, hint }, found, `at most ${maxBytes} bytes`);
}

/** What a registry answers is no document of somebody, as the list under the tag is: a bad one is a service that fails. */
function readPage(stored: StoredManifest, at: string, page: number): OciIndex {
  return orIfRefused(
    () => parseOciIndex(stored, at),
    ({ code, found }) => {
      throw badList(at, `page ${page}, ${code} (${found}),`);
    },
  );
}

function badList(at: string, found: string): EvidenceError {
  return new EvidenceError('SERVICE_ANSWER_INVALID', {
    at,
    found: `${found} in the list of what is attached`,
    expected: 'a list with an end, whose pages are all indexes',
    hint: 'name the attestation that you mean, so that no list is asked for: --attestation sha256:HEX',
  });
}
