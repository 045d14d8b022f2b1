// PEM (RFC 7468), with the headers of RFC 1421 that older programs write before an encrypted key.

import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { decodeBase64 } from './base64.ts';

export interface PemBlock {
  /** E.g. `PRIVATE KEY`. */
  readonly label: string;
  /** The block with its first and last line. */
  readonly text: string;
  readonly der: Buffer;
  /** Encrypted as RFC 1421 says it in headers. */
  readonly encrypted: boolean;
}

/** Whether it is PEM at all. If not, it is a file of another kind. */
export function isPem(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).includes('-----BEGIN ');
}

const BEGIN = /^-----BEGIN ([A-Z0-9 ]{1,64})-----$/;

/** All blocks. The text around them, which some programs write, is skipped (§2). Throws the place's code. */
export function parsePem(bytes: Uint8Array, place: Place): readonly PemBlock[] {
  const lines = Buffer.from(bytes).toString('latin1').split(/\r?\n/);
  const blocks: PemBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, label] = BEGIN.exec(lines[at]?.trimEnd() ?? '') ?? [];
    if (label === undefined) continue;
    const end = endOf(lines, at + 1, label, place);
    blocks.push(blockOf(label, lines.slice(at + 1, end), place));
    at = end;
  }
  return blocks;
}

function endOf(lines: readonly string[], start: number, label: string, place: Place): number {
  let end = start;
  while (lines[end]?.startsWith('-----') === false) end += 1;
  if (lines[end]?.trimEnd() === `-----END ${label}-----`) return end;
  return refuse(place, `a PEM block ${quote(label)} without its end`, `-----END ${label}-----`);
}

function blockOf(label: string, lines: readonly string[], place: Place): PemBlock {
  const headers = lines.filter((line) => line.includes(':'));
  const body = lines.filter((line) => !line.includes(':')).map((line) => line.trim());
  return {
    label,
    text: [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n'),
    der: decodeBase64(body.join(''), place),
    encrypted: headers.some((line) => /^Proc-Type: *4,ENCRYPTED\b/.test(line)),
  };
}
