import { isDataList, isNull, type Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { orIfRefused } from '../errors/evidence-error.ts';
import { refuse, type Place } from '../place.ts';
import { decodeBase64 } from './base64.ts';

/** A document as it was given: how complaints name it, and how large it may be, in bytes. */
export interface DocumentFile {
  readonly name: string;
  readonly maxBytes: number;
}

/** The code and hint for a document that is not as it must be. */
interface Meaning extends Omit<Place, 'at'> {
  /** The code for one that is too large, if it is another one. */
  readonly tooLarge?: ErrorCode;
  /** Whether null is read as what it is in protobuf's JSON: an absent field. */
  readonly nullIsAbsent?: boolean;
}

/** Reads one of Sigstore's documents, in protobuf's JSON. Throws the codes of its meaning. */
export function readMessage<T>(
  bytes: Uint8Array,
  { name, maxBytes }: DocumentFile,
  meaning: Meaning,
  read: (reader: MessageReader) => T,
): T {
  const { code, tooLarge = code, hint } = meaning;
  if (bytes.length > maxBytes) {
    const place = { code: tooLarge, at: name, hint };
    refuse(place, `${bytes.length} bytes`, `at most ${maxBytes} bytes`);
  }
  return orIfRefused(
    () => whole(meaning, read)(decodeJson(bytes, name), name),
    // A document that a program wrote: nobody should correct one field of it by hand.
    (error) => {
      if (error.code === code) throw error;
      return refuse({ code, at: error.at ?? name, hint }, error.found, error.expected, error);
    },
  );
}

/** Reads a message to its end: a field that nobody asked for is refused. */
function whole<T>(
  meaning: Meaning,
  read: (reader: MessageReader) => T,
): (data: Data | undefined, at: string) => T {
  return (data, at) => {
    const reader = new MessageReader(data, at, meaning);
    const value = read(reader);
    reader.end();
    return value;
  };
}

/** Reads a message field by field, and each message inside to its end. */
export class MessageReader extends ObjectReader {
  readonly #meaning: Meaning;

  constructor(data: Data | undefined, at: string, meaning: Meaning) {
    super(data, at);
    this.#meaning = meaning;
  }

  override has(name: string): boolean {
    if (!super.has(name)) return false;
    return this.#meaning.nullIsAbsent !== true || !isNull(this.data(name));
  }

  message<T>(name: string, read: (reader: MessageReader) => T): T {
    return this.each(read)(this.data(name), this.pointer(name));
  }

  /** The same for the items of a list. */
  each<T>(read: (reader: MessageReader) => T): (data: Data | undefined, at: string) => T {
    return whole(this.#meaning, read);
  }

  bytes(name: string): Buffer {
    return decodeBase64(this.string(name), this.place(name));
  }

  place(name: string): Place {
    const { code, hint } = this.#meaning;
    return { code, at: this.pointer(name), hint };
  }
}

/** Protobuf's JSON leaves an empty list out. */
export function readFewItems<T>(
  reader: MessageReader,
  name: string,
  most: number,
  parse: (data: Data, at: string) => T,
): readonly T[] {
  if (!reader.has(name)) return [];
  const data = reader.data(name);
  if (isDataList(data) && data.length > most) {
    refuse(reader.place(name), `${data.length} items`, `at most ${most}`);
  }
  return reader.list(name, parse);
}
