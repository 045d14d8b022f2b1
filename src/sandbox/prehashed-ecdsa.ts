// ECDSA over a digest that is already there (FIPS 186-5 §6.4.2). `node:crypto` always hashes its
// input itself, and a log that stores digests never sees that input.

import type { KeyObject } from 'node:crypto';

import { decodeDer } from './der-reader.ts';

// NIST P-256, SP 800-186 §3.2.1.3.
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const A = P - 3n;
const G: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** Whether the DER signature is this P-256 key's over this SHA-256 digest. Not constant-time. */
export function isSignatureOfDigest(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const [r, s] = decodeSignature(signature);
  const { x, y } = key.export({ format: 'jwk' });
  if (r === undefined || s === undefined || x === undefined || y === undefined) return false;
  if (r < 1n || r >= N || s < 1n || s >= N) return false;
  const inverse = inverseOf(s, N);
  const u = modulo(numberOf(digest) * inverse, N);
  const v = modulo(r * inverse, N);
  const publicPoint = {
    x: numberOf(Buffer.from(x, 'base64url')),
    y: numberOf(Buffer.from(y, 'base64url')),
  };
  const point = add(multiply(G, u), multiply(publicPoint, v));
  return point !== undefined && modulo(point.x, N) === r;
}

/** SEC 1 §C.5: a SEQUENCE of two INTEGERs; nothing if it is something else. */
function decodeSignature(signature: Buffer): readonly bigint[] {
  const parts = decodeDer(signature)?.subs ?? [];
  const isPair = parts.length === 2 && parts.every(({ tag }) => tag.isInteger());
  return isPair ? parts.map((part) => part.toInteger()) : [];
}

/** Double and add; undefined is the point at infinity. */
function multiply(point: Point, factor: bigint): Point | undefined {
  let sum: Point | undefined;
  let power: Point | undefined = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

function add(a: Point | undefined, b: Point | undefined): Point | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if (a.x === b.x && a.y !== b.y) return undefined;
  const slope =
    a.x === b.x
      ? modulo((3n * a.x * a.x + A) * inverseOf(2n * a.y, P), P)
      : modulo((b.y - a.y) * inverseOf(modulo(b.x - a.x, P), P), P);
  const x = modulo(slope * slope - a.x - b.x, P);
  return { x, y: modulo(slope * (a.x - x) - a.y, P) };
}

/** The extended Euclidean algorithm. */
function inverseOf(value: bigint, modulus: bigint): bigint {
  let [low, high] = [modulo(value, modulus), modulus];
  let [x, y] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [x, y] = [y - quotient * x, x];
  }
  return modulo(x, modulus);
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}
