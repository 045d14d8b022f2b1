// A bundle as one tree, down to the values inside its certificates, timestamps and checkpoints: an edit
// then takes a node out, copies or moves it, and every length and encoding around it is written anew.

import * as der from '../../../src/der/write-der.ts';

/** `joined`: the children one after the other, as the lines of a checkpoint are. */
export type Form = 'object' | 'member' | 'list' | 'text' | 'base64' | 'der' | 'joined' | 'leaf';

export interface Tree {
  readonly form: Form;
  /** The key of a member, the tag of a DER value. */
  readonly key?: string | undefined;
  readonly tag?: number | undefined;
  /** Of a leaf. */
  readonly bytes?: Buffer | undefined;
  readonly children: readonly Tree[];
  /** Written in another way than usual. */
  readonly spelling?: ((usual: Buffer) => Buffer) | undefined;
}

/** Of a node: at each level which child, from the end if negative. */
export type Path = readonly number[];

export function leaf(bytes: Uint8Array | string): Tree {
  return { form: 'leaf', bytes: Buffer.from(bytes), children: [] };
}

function branch(form: Form, children: readonly Tree[]): Tree {
  return { form, children };
}

const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const CONSTRUCTED = 0x20;

/** The tree of a bundle's JSON. */
export function treeOf(json: unknown): Tree {
  if (Array.isArray(json)) return branch('list', json.map(treeOf));
  if (typeof json === 'object' && json !== null) {
    const members = Object.entries(json).map(([key, value]): Tree => ({
      form: 'member',
      key,
      children: [treeOf(value)],
    }));
    return branch('object', members);
  }
  if (typeof json !== 'string') return leaf(JSON.stringify(json));
  if (json.includes('\n\n')) return branch('text', [checkpointTree(json)]);
  const bytes = Buffer.from(json, 'base64');
  // Digits are base64 too, but a number in a bundle means itself.
  if (bytes.length < 8 || bytes.toString('base64') !== json) return branch('text', [leaf(json)]);
  return branch('text', [branch('base64', [opened(bytes)])]);
}

function checkpointTree(text: string): Tree {
  const lines = text.split(/(?<=\n)/).map((line) => {
    const [, start, base64, end] = /^(\u2014 \S+ )(\S+)(\n)$/u.exec(line) ?? [];
    if (start === undefined || base64 === undefined || end === undefined) return leaf(line);
    const bytes = Buffer.from(base64, 'base64');
    const signature = branch('joined', [leaf(bytes.subarray(0, 4)), opened(bytes.subarray(4))]);
    return branch('joined', [leaf(start), branch('base64', [signature]), leaf(end)]);
  });
  return branch('joined', lines);
}

/** What is in bytes: JSON or DER, if writing it anew gives the same bytes. */
function opened(bytes: Buffer): Tree {
  const candidates = [() => treeOf(JSON.parse(bytes.toString())), () => onlyValue(bytes)];
  for (const candidate of candidates) {
    const tree = attempt(candidate);
    if (tree !== undefined && tree.form !== 'leaf' && encode(tree).equals(bytes)) return tree;
  }
  return leaf(bytes);
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function onlyValue(bytes: Buffer): Tree {
  const [value, ...more] = derValues(bytes);
  if (value === undefined || more.length > 0) throw new TypeError('no DER value');
  return value;
}

function derValues(bytes: Buffer): readonly Tree[] {
  const values: Tree[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const { tag, contents, length } = derValue(rest);
    values.push({ form: 'der', tag, children: derChildren(tag, contents) });
    rest = rest.subarray(length);
  }
  return values;
}

function derValue(bytes: Buffer): { tag: number; contents: Buffer; length: number } {
  const tag = bytes.readUInt8(0);
  const first = bytes.readUInt8(1);
  const more = first < 0x80 ? 0 : first - 0x80;
  const length = more === 0 ? first : bytes.readUIntBE(2, more);
  const start = 2 + more;
  if (start + length > bytes.length) throw new TypeError('cut off');
  return { tag, contents: bytes.subarray(start, start + length), length: start + length };
}

function derChildren(tag: number, contents: Buffer): readonly Tree[] {
  if ((tag & CONSTRUCTED) !== 0) return derValues(contents);
  if (tag === OCTET_STRING) return [opened(contents)];
  if (tag === BIT_STRING && contents[0] === 0) return [leaf('\0'), opened(contents.subarray(1))];
  return [leaf(contents)];
}

/** A tree never changes, and an edited one shares most of its nodes with the first. */
const ENCODED = new WeakMap<Tree, Buffer>();

export function encode(tree: Tree): Buffer {
  const known = ENCODED.get(tree);
  if (known !== undefined) return known;
  const usual = encodeUsual(tree);
  const bytes = tree.spelling?.(usual) ?? usual;
  ENCODED.set(tree, bytes);
  return bytes;
}

function encodeUsual({ form, key, tag, bytes, children }: Tree): Buffer {
  const parts = children.map(encode);
  const whole = Buffer.concat(parts);
  const written = {
    object: () => `{${parts.join(',')}}`,
    list: () => `[${parts.join(',')}]`,
    member: () => `${JSON.stringify(key)}:${whole.toString()}`,
    text: () => JSON.stringify(whole.toString()),
    base64: () => whole.toString('base64'),
    der: () => Buffer.concat([Buffer.of(tag ?? 0), der.octetString(whole).subarray(1)]),
    joined: () => whole,
    leaf: () => bytes ?? whole,
  }[form]();
  return Buffer.from(written);
}

/** The tree with the node at the path replaced: by none, one or several. */
export function replaced(tree: Tree, path: Path, by: (node: Tree) => readonly Tree[]): Tree {
  const [index, ...rest] = path;
  if (index === undefined) return by(tree)[0] ?? tree;
  const children = tree.children.flatMap((child, at) => {
    if (at !== (index < 0 ? index + tree.children.length : index)) return [child];
    return rest.length === 0 ? by(child) : [replaced(child, rest, by)];
  });
  return { ...tree, children };
}

export function nodeAt(tree: Tree, path: Path): Tree | undefined {
  const [index, ...rest] = path;
  if (index === undefined) return tree;
  const child = tree.children[index];
  return child === undefined ? undefined : nodeAt(child, rest);
}

export interface Place {
  readonly node: Tree;
  readonly path: Path;
  readonly parent: Tree | undefined;
  /** Whether it is inside a text of the bundle's own JSON, as all that is in base64. */
  readonly isDeep: boolean;
}

const PLACES = new WeakMap<Tree, readonly Place[]>();

/** Every node, a parent before its children. */
export function placesIn(tree: Tree): readonly Place[] {
  const known = PLACES.get(tree);
  if (known !== undefined) return known;
  const places: Place[] = [];
  addPlaces(places, { node: tree, path: [], parent: undefined, isDeep: false });
  PLACES.set(tree, places);
  return places;
}

function addPlaces(places: Place[], place: Place): void {
  places.push(place);
  const { node, path, isDeep } = place;
  for (const [index, child] of node.children.entries()) {
    const below = isDeep || node.form === 'text';
    addPlaces(places, { node: child, path: [...path, index], parent: node, isDeep: below });
  }
}

/** The path in words, for people. */
export function sayPath(tree: Tree, path: Path): string {
  const [index, ...rest] = path;
  const child = index === undefined ? undefined : tree.children[index];
  if (child === undefined) return '';
  const { form, key, tag } = child;
  const word = key ?? (tag === undefined ? form : `0x${tag.toString(16)}`);
  const name = form === 'member' ? word : `${index}(${word})`;
  return `/${name}${sayPath(child, rest)}`;
}
