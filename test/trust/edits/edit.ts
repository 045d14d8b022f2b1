// Structural edits of a bundle: what they do, how they are drawn at random, how they are told.

import * as fc from 'fast-check';

import { isSignature, mirrored } from './ecdsa.ts';
import { STATUS_TEXT, WITNESS_LINE } from './expected-class.ts';
import { encode, leaf, nodeAt, placesIn, replaced, sayPath } from './tree.ts';
import type { Form, Path, Place, Tree } from './tree.ts';

/** Data alone, so that it can be drawn, made smaller and shown. */
export interface Edit {
  readonly name: keyof typeof EDITS;
  /** Which of the nodes that it can change, counted from the top. */
  readonly at: number;
  /** Which of its choices, e.g. of the other nodes. */
  readonly choice: number;
  /** Only the bundle's own JSON, nothing inside its base64. */
  readonly isShallow: boolean;
}

interface Scene {
  readonly tree: Tree;
  /** Another valid bundle of the same signer. */
  readonly twin: Tree;
  readonly choice: number;
}

interface Operation {
  readonly suits: (place: Place, scene: Scene) => boolean;
  readonly apply: (place: Place, scene: Scene) => Tree;
}

/** An edit in place of one node by none, one or several. */
function local(
  suits: (place: Place, scene: Scene) => boolean,
  by: (node: Tree, scene: Scene, path: Path) => readonly Tree[],
): Operation {
  return {
    suits,
    apply: ({ path }, scene) => replaced(scene.tree, path, (node) => by(node, scene, path)),
  };
}

/** Not the whole, and not the value of a member: that goes with its key. */
function isMovable({ parent }: Place): boolean {
  return parent !== undefined && parent.form !== 'member';
}

function pick<T>(items: readonly T[], choice: number): T | undefined {
  return items[choice % items.length];
}

function nodesLike(tree: Tree, { form, tag }: Tree): readonly Place[] {
  return placesIn(tree).filter(({ node }) => node.form === form && node.tag === tag);
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((index, level) => path[level] === index);
}

/** Names of fields, here and in other versions of the format. */
const NAMES = [
  ...['mediaType', 'media_type', 'verificationMaterial', 'dsseEnvelope', 'messageSignature'],
  ...['certificate', 'x509CertificateChain', 'publicKey', 'tlogEntries', 'rfc3161Timestamps'],
  ...['timestampVerificationData', 'inclusionPromise', 'inclusionProof', 'logIndex', 'keyid'],
  ...['integratedTime', 'hashes', 'payload', 'payloadType', 'sig', '__proto__', 'constructor', ''],
];

function renamed(key: string, choice: number): string {
  const names = [`x${key}`, key.toUpperCase(), `${key} `, key.slice(1), ...NAMES];
  return pick(names, choice) ?? '';
}

const TAILS = [
  Buffer.of(0),
  Buffer.of(5, 0),
  Buffer.from(' '),
  Buffer.from('='),
  Buffer.from('{}'),
];

/** Another tag, a longer length, an escape …: the same value to a reader that is not strict. */
const SPELLINGS: readonly (readonly [readonly Form[], (usual: Buffer) => Buffer])[] = [
  [['object', 'list', 'member', 'text'], (usual) => Buffer.concat([Buffer.from(' \t'), usual])],
  [['object', 'list', 'text'], (usual) => Buffer.concat([usual, Buffer.from('\r\n ')])],
  [['text', 'member'], escapedText],
  [['text'], (usual) => Buffer.from(usual.toString().replace(/^"(\d+)"$/, '$1'))],
  [['text'], (usual) => Buffer.from(usual.toString().replace(/^"(\d+)"$/, '"0$1"'))],
  [['text', 'list', 'object'], () => Buffer.from('null')],
  [['object'], (usual) => Buffer.concat([Buffer.from('\u{FEFF}'), usual])],
  [['object'], (usual) => Buffer.from(usual.toString().replace(/\}$/, ',}'))],
  [['base64'], (usual) => Buffer.from(usual.toString().replace(/=+$/, ''))],
  [['base64'], (usual) => Buffer.from(usual.toString().replaceAll('+', '-').replaceAll('/', '_'))],
  [['base64'], (usual) => Buffer.from(usual.toString().replace(/(.{4})/, '$1\n'))],
  [['base64'], otherTail],
  [['der'], longLength],
  [['der'], (usual) => Buffer.concat([Buffer.of((usual[0] ?? 0) ^ 0x20), usual.subarray(1)])],
  [['leaf'], (usual) => Buffer.concat([Buffer.of(0), usual])],
];

/** JSON's escape of the first character. */
function escapedText(usual: Buffer): Buffer {
  const escape = (char: string): string =>
    String.raw`"\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  return Buffer.from(usual.toString().replace(/^"([^"\\])/u, (_, char: string) => escape(char)));
}

/** The bits of the last character that base64 does not use. */
function otherTail(usual: Buffer): Buffer {
  const changed = (char: string): string => String.fromCodePoint((char.codePointAt(0) ?? 0) + 1);
  return Buffer.from(usual.toString().replace(/.(?==+$)/, changed));
}

/** One more byte for the same length. */
function longLength(usual: Buffer): Buffer {
  const [tag = 0, first = 0] = usual;
  const header = first < 0x80 ? [tag, 0x81, first] : [tag, first + 1, 0];
  return Buffer.concat([Buffer.from(header), usual.subarray(2)]);
}

function spellingsOf({ form }: Tree): readonly ((usual: Buffer) => Buffer)[] {
  return SPELLINGS.filter(([forms]) => forms.includes(form)).map(([, write]) => write);
}

function isUnder(key: string, below: Path): Operation['suits'] {
  return ({ path }, { tree }) =>
    startsWith(path.slice(-below.length), below) &&
    nodeAt(tree, path.slice(0, -below.length))?.key === key;
}

const OPERATIONS = {
  drop: local(isMovable, () => []),
  empty: local(
    ({ node }) => node.form !== 'member',
    (node) => [{ ...node, bytes: undefined, children: [] }],
  ),
  duplicate: local(isMovable, (node) => [node, node]),
  'swap with the next': {
    suits: ({ path, parent }) => (path.at(-1) ?? 0) + 1 < (parent?.children.length ?? 0),
    apply: ({ path }, scene) => exchanged(scene.tree, path, nextOf(path)),
  },
  'swap with another': {
    suits: ({ path }) => path.length > 0,
    apply: ({ node, path }, { tree, choice }) => {
      const others = nodesLike(tree, node).filter(
        (other) => !startsWith(other.path, path) && !startsWith(path, other.path),
      );
      return exchanged(tree, path, pick(others, choice)?.path ?? path);
    },
  },
  rename: local(
    ({ node }) => node.form === 'member',
    (node, { choice }) => [{ ...node, key: renamed(node.key ?? '', choice) }],
  ),
  'take from the twin': local(
    ({ path }) => path.length > 0,
    (node, { twin }, path) => [nodeAt(twin, path) ?? node],
  ),
  'take another node from the twin': local(
    ({ path }) => path.length > 0,
    (node, { twin, choice }) => [pick(nodesLike(twin, node), choice)?.node ?? node],
  ),
  'add from the twin': local(isMovable, (node, { twin }, path) => [
    node,
    nodeAt(twin, path) ?? node,
  ]),
  mirror: local(
    ({ node }) => isSignature(node),
    (node) => [mirrored(node)],
  ),
  'add at the end': local(
    ({ node }) => node.form !== 'member',
    (node, { choice }) => [withTail(node, pick(TAILS, choice) ?? Buffer.of(0))],
  ),
  'write otherwise': local(
    ({ node }) => spellingsOf(node).length > 0,
    (node, { choice }) => [{ ...node, spelling: pick(spellingsOf(node), choice) }],
  ),
  'add a witness': local(isUnder('envelope', [0, 0]), (node, { choice }) => {
    const place = choice % (node.children.length + 1);
    return [{ ...node, children: node.children.toSpliced(place, 0, leaf(WITNESS_LINE)) }];
  }),
  'add a status text': local(isUnder('signedTimestamp', [0, 0, 0, 0]), (node) => [
    { ...node, children: [...node.children, leaf(STATUS_TEXT)] },
  ]),
  'drop the certificates of a timestamp': local(
    isUnder('signedTimestamp', [0, 0, 0, 1, 1, 0, 3]),
    () => [],
  ),
} satisfies Record<string, Operation>;

const EDITS: Readonly<Record<keyof typeof OPERATIONS, Operation>> = OPERATIONS;

function nextOf(path: Path): Path {
  return [...path.slice(0, -1), (path.at(-1) ?? 0) + 1];
}

function exchanged(tree: Tree, one: Path, other: Path): Tree {
  const [first, second] = [nodeAt(tree, one), nodeAt(tree, other)];
  if (first === undefined || second === undefined) return tree;
  return replaced(
    replaced(tree, one, () => [second]),
    other,
    () => [first],
  );
}

function withTail(node: Tree, tail: Buffer): Tree {
  if (node.form === 'leaf') return leaf(Buffer.concat([encode(node), tail]));
  return { ...node, children: [...node.children, leaf(tail)] };
}

/** Where an edit takes place; undefined if nothing suits it. */
function placeOf(edit: Edit, tree: Tree, twin: Tree): Place | undefined {
  return pick(placesFor(edit, tree, twin), edit.at);
}

/** Where an edit could take place. */
export function placesFor(
  { name, choice, isShallow }: Omit<Edit, 'at'>,
  tree: Tree,
  twin: Tree,
): readonly Place[] {
  return placesIn(tree).filter(
    (place) => !(isShallow && place.isDeep) && EDITS[name].suits(place, { tree, twin, choice }),
  );
}

export function applyEdits(tree: Tree, twin: Tree, edits: readonly Edit[]): Tree {
  return edits.reduce((edited, edit) => {
    const place = placeOf(edit, edited, twin);
    const { name, choice } = edit;
    return place === undefined ? edited : EDITS[name].apply(place, { tree: edited, twin, choice });
  }, tree);
}

/** The edits in words, one a line. */
export function sayEdits(tree: Tree, twin: Tree, edits: readonly Edit[]): string {
  return edits
    .map((edit, index) => {
      const before = applyEdits(tree, twin, edits.slice(0, index));
      const place = placeOf(edit, before, twin);
      const where = place === undefined ? 'nowhere' : sayPath(before, place.path) || 'the whole';
      return `${edit.name} (choice ${edit.choice}): ${where}`;
    })
    .join('\n');
}

const MANY = 1 << 20;

export const someEdits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    name: fc.constantFrom(...(Object.keys(EDITS) as (keyof typeof EDITS)[])),
    at: fc.nat(MANY),
    choice: fc.nat(MANY),
    isShallow: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);
