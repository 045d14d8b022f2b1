import { refuse, type Place } from '../place.ts';

/**
 * Base64 in its one canonical spelling (RFC 4648 §4). `Buffer.from` skips what it does not know, takes
 * the URL alphabet and ignores the unused bits of the last character, so the bytes are encoded again.
 */
export function decodeBase64(text: string, place: Place): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text) {
    refuse(place, 'text that is not canonical base64', 'padded standard base64, and not nothing');
  }
  return bytes;
}
