import { refuse, type Place } from '../../place.ts';

/** Reads the presentation language of TLS (RFC 5246 §4), to the last byte. Throws the place's code. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #place: Place;
  #at = 0;

  constructor(bytes: Buffer, place: Place) {
    this.#bytes = bytes;
    this.#place = place;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  bytes(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) refuse(this.#place, 'a list that is cut off', 'a whole list');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** A number that JavaScript holds exactly. */
  uint(count: number): number {
    const value = BigInt(`0x${this.bytes(count).toString('hex')}`);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      refuse(this.#place, `the number ${value}`, 'a number below 2^53');
    }
    return Number(value);
  }

  /** Its length in so many bytes, then the bytes. */
  vector(lengthBytes: number): Buffer {
    return this.bytes(this.uint(lengthBytes));
  }

  end(): void {
    if (this.isAtEnd) return;
    const count = this.#bytes.length - this.#at;
    refuse(this.#place, `${count} bytes behind the last value`, 'nothing');
  }
}
