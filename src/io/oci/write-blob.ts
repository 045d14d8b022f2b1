import { Readable } from 'node:stream';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { lastIn } from '../../pointer/answer-headers.ts';
import { EMPTY_CONFIG } from '../../pointer/artifact.ts';
import type { Descriptor } from '../../pointer/registry.ts';
import type { Ask, Connection } from './connection.ts';
import type { Answer } from './paced-request.ts';
import { hasBlob } from './read-blob.ts';

const OCTETS = 'application/octet-stream';

/** How often an upload that got further is tried again. */
const MAX_ROUNDS = 20;

/** Content from an offset on. */
export type OpenContent = (offset: number) => AsyncIterable<Uint8Array>;

/**
 * Sends a blob in one piece, and goes on where it broke. What was begun is deleted if it fails or the user
 * stops it. At the end the registry has to say that it has the blob: some take anything.
 */
export async function writeBlob(
  connection: Connection,
  blob: Descriptor,
  open: OpenContent,
): Promise<void> {
  const upload = new Upload(connection, blob, open);
  await upload.begin();
  try {
    await upload.send();
    await upload.finish();
  } catch (error) {
    await upload.giveUp();
    throw error;
  }
}

/** Begins one of the empty config, which anybody may have, and gives it up. */
export async function tryUpload(connection: Connection): Promise<void> {
  const upload = new Upload(connection, EMPTY_CONFIG, () => Readable.from([]));
  await upload.begin();
  await upload.giveUp();
}

class Upload {
  readonly #connection: Connection;
  readonly #blob: Descriptor;
  readonly #open: OpenContent;
  readonly #ask: { readonly what: string; readonly actions: 'pull,push' };
  #url: URL;
  /** So much of it the registry has. */
  #offset = 0;
  /** Something was sent since then, and nobody knows how much came there. */
  #isOpen = false;

  constructor(connection: Connection, blob: Descriptor, open: OpenContent) {
    this.#connection = connection;
    this.#blob = blob;
    this.#open = open;
    this.#ask = { what: `the upload of ${blob.digest}`, actions: 'pull,push' };
    this.#url = connection.url('blobs/uploads/');
  }

  async begin(): Promise<void> {
    const url = this.#connection.url('blobs/uploads/');
    this.#moveTo(await this.#connection.ask({ ...this.#ask, method: 'POST', url }));
    this.#offset = 0;
  }

  /** As often as it gets further. */
  async send(): Promise<void> {
    for (let rounds = 1; this.#offset < this.#blob.size; rounds += 1) {
      const before = this.#offset;
      try {
        await this.#sendRest();
      } catch (error) {
        const mayPass = error instanceof EvidenceError && error.code === 'SERVICE_UNREACHABLE';
        if (!mayPass || this.#offset === before || rounds === MAX_ROUNDS) throw error;
      }
    }
  }

  async finish(): Promise<void> {
    const url = new URL(this.#url);
    // Not by searchParams, which writes anew what is there already, and that may be signed.
    url.search += `${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(this.#blob.digest)}`;
    const headers = { 'content-type': OCTETS };
    // It is gone if the answer to a first try was lost. Whether the blob is there decides.
    const also = [404];
    const put = { ...this.#ask, method: 'PUT', url, headers, also } as const;
    const { status } = await this.#connection.ask(put);
    if (await hasBlob(this.#connection, this.#blob)) return;
    throw this.#connection.invalid(status, `taken, and not there: ${this.#blob.digest}`);
  }

  async giveUp(): Promise<void> {
    await this.#connection.cleanUp({ ...this.#ask, method: 'DELETE', url: this.#url });
  }

  async #sendRest(): Promise<void> {
    const answer = await this.#connection.ask(async () => {
      if (this.#isOpen) await this.#find();
      this.#isOpen = true;
      return this.#rest();
    });
    this.#moveTo(answer);
    this.#offset = this.#blob.size;
  }

  #rest(): Ask {
    const url = this.#url;
    const [offset, { size }] = [this.#offset, this.#blob];
    if (offset === size) return { ...this.#ask, method: 'GET', url };
    const body = { size: size - offset, open: () => this.#open(offset) };
    const headers = { 'content-type': OCTETS, 'content-range': `${offset}-${size - 1}` };
    return { ...this.#ask, method: 'PATCH', url, headers, body };
  }

  /** Where it goes on. A registry that does not say it gets all of it anew: go-containerregistry answers 400. */
  async #find(): Promise<void> {
    const ask = { ...this.#ask, method: 'GET', url: this.#url, also: [400, 404, 405] } as const;
    const answer = await this.#connection.ask(ask);
    const last = lastIn(answer.headers.get('range') ?? '') ?? 0;
    // For one byte and for none distribution says the same, 0-0.
    if (answer.status < 300 && last > 0 && last < this.#blob.size) {
      if (answer.headers.has('location')) this.#moveTo(answer);
      this.#offset = last + 1;
      return;
    }
    await this.giveUp();
    await this.begin();
  }

  #moveTo({ status, headers, url }: Answer): void {
    this.#url = this.#connection.target(status, headers.get('location'), url);
  }
}
