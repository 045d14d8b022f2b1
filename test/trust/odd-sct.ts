// Lists of certificate timestamps that no authority would put into a certificate.
import { TAG, childOf, childrenOf, parseDer } from '../../src/der/read-der.ts';
import * as der from '../../src/der/write-der.ts';
import * as x509 from '../../src/sandbox/certificate.ts';

/** Sets one byte of the list of timestamps. */
export function at(index: number, value: number): (list: Buffer) => Buffer {
  return (list) => {
    const copy = Buffer.from(list);
    copy[index] = value;
    return copy;
  };
}

/** One more byte within the lengths of the timestamp and of the list. */
export function appended(list: Buffer): Buffer {
  const copy = Buffer.concat([list, Buffer.of(0)]);
  copy.writeUInt16BE(copy.length - 2, 0);
  copy.writeUInt16BE(copy.length - 4, 2);
  return copy;
}

export function twice(list: Buffer): Buffer {
  const copy = Buffer.concat([list, list.subarray(2)]);
  copy.writeUInt16BE(copy.length - 2, 0);
  return copy;
}

/** The extension with its list changed. */
export function bent(extension: Buffer, change: (list: Buffer) => Buffer): Buffer {
  const place = { code: 'DOCUMENT_INVALID', at: 'extension', hint: '' } as const;
  const [, value] = childrenOf(parseDer(extension, place), TAG.sequence);
  if (value === undefined) throw new TypeError('no value');
  const list = change(childOf(value, TAG.octetString).contents);
  return x509.extension('1.3.6.1.4.1.11129.2.4.2', der.octetString(list));
}
