import { refuse, type Place } from '../place.ts';

/**
 * Base64 in its only canonical spelling (RFC 4648 §4). `Buffer.from` skips unknown characters, accepts
 * the URL alphabet and ignores the unused bits of the last character. So the bytes are encoded again and
 * compared.
 */
export function decodeBase64(text: string, place: Place): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text) {
    refuse(place, 'text that is not canonical base64', 'padded standard base64, and not nothing');
  }
  return bytes;
}
