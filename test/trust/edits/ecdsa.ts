// Of an ECDSA signature (r, s) the mirrored one (r, n - s) verifies too, with any key and any program.

import * as der from '../../../src/der/write-der.ts';
import { encode, treeOf, type Tree } from './tree.ts';

/** The orders of P-256 and P-384 (FIPS 186-5), by the bytes of the values. */
const ORDERS: ReadonlyMap<number, bigint> = new Map([
  [32, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  [
    48,
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ],
]);

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** Whether a node looks like an ECDSA signature: two integers of such a size, in shortest form. */
export function isSignature({ form, tag, children }: Tree): boolean {
  return (
    form === 'der' &&
    tag === SEQUENCE &&
    children.length === 2 &&
    children.every((child) => child.tag === INTEGER) &&
    children.every((child) => encode(child).length > 24) &&
    children.every((child) => valueOf(child) < (orderFor(children) ?? 0n)) &&
    children.every((child) => encode(child).equals(encode(integerNode(valueOf(child)))))
  );
}

export function mirrored(signature: Tree): Tree {
  const [r, s] = signature.children;
  const order = orderFor(signature.children);
  if (r === undefined || s === undefined || order === undefined) throw new TypeError('no ECDSA');
  return { ...signature, children: [r, integerNode(order - valueOf(s))] };
}

/** The signature with the smaller of the two values, in base64; of other bytes themselves. */
export function withLowerS(base64: string): string {
  const [signature] = treeOf(base64).children[0]?.children ?? [];
  if (signature === undefined || !isSignature(signature)) return base64;
  const both = [signature, mirrored(signature)].map((node) => encode(node).toString('base64'));
  return both.toSorted((a, b) => (a < b ? -1 : 1))[0] ?? base64;
}

function orderFor(values: readonly Tree[]): bigint | undefined {
  const bytes = Math.max(...values.map((value) => valueOf(value).toString(16).length / 2));
  return bytes <= 32 ? ORDERS.get(32) : bytes <= 48 ? ORDERS.get(48) : undefined;
}

function valueOf({ children }: Tree): bigint {
  return BigInt(`0x0${Buffer.concat(children.map(encode)).toString('hex')}`);
}

function integerNode(value: bigint): Tree {
  const bytes = der.integer(value).subarray(2);
  return { form: 'der', tag: INTEGER, children: [{ form: 'leaf', bytes, children: [] }] };
}
