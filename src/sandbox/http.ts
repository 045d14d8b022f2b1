import type { Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';

/** One HTTP request, complete. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The media type without parameters, lower case. */
  readonly contentType: string;
  readonly authorization: string;
  /** The media types that the client wants; absent: any. */
  readonly accept?: string | undefined;
  readonly body: Buffer;
  /** When it came, in seconds or finer. */
  readonly at: Date;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What is wrong with a request that is well-formed. */
export interface Refused {
  readonly refused: string;
}

/** gRPC's codes, which every Sigstore service puts into its JSON errors. */
export const GRPC = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  internal: 13,
  unauthenticated: 16,
} as const;

export function jsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const body = JSON.stringify(value);
  return { status, contentType: 'application/json', headers, body };
}

/** An error as gRPC's HTTP gateway writes it. */
export function errorReply(status: number, code: number, message: string): Reply {
  return jsonReply(status, { code, message, details: [] });
}

/** Reads the body as one JSON object. Throws EvidenceError of class `invalid`. */
export function requestObject(request: Request): ObjectReader {
  return new ObjectReader(decodeJson(request.body, 'request'), 'request');
}

/** The bytes of a base64 field. Throws FIELD_INVALID. */
export function base64Field(object: ObjectReader, name: string): Buffer {
  const text = object.string(name);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > 0 && bytes.toString('base64') === text) return bytes;
  return object.refuse(name, {
    expected: 'base64 (RFC 4648 §4)',
    hint: 'encode the bytes with padding and without line breaks',
  });
}

/** The bytes of a base64 text in a list. Throws FIELD_INVALID. */
export function base64Item(item: Data, at: string): Buffer {
  return base64Field(new ObjectReader(new Map([['bytes', item]]), at), 'bytes');
}
