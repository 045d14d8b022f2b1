// What must become of an edited bundle, from its bytes alone: no reader of the verifier is used here.

import { withLowerS } from './ecdsa.ts';
import { encode, leaf, nodeAt, placesIn, replaced, treeOf, type Path, type Tree } from './tree.ts';

/**
 * `equal`: the same message, so the same proof. `smaller`: whole log entries or timestamps are missing,
 * and the rest proves enough. Everything else must be refused.
 */
export type ExpectedClass = 'refused' | 'equal' | 'smaller';

/** A line of a witness that no root lists. */
export const WITNESS_LINE = '\u2014 witness.example.test AAAAAAAAAAAA\n';
/** PKIFreeText in the status of a timestamp (RFC 3161 §2.4.2). */
export const STATUS_TEXT = Buffer.from('300c0c0a77616974206120626974', 'hex');

interface Message {
  readonly rest: string;
  readonly entries: readonly string[];
  readonly timestamps: readonly string[];
  /** Whether one of the entries states a time that its log has signed. */
  readonly isPromised: boolean;
}

/** The class of an edited copy, and of which of the bundles it is then a copy: the first, if of none. */
export interface Classified {
  readonly expected: ExpectedClass;
  readonly of: number;
}

/** One text for each message, whatever nobody signed. */
interface Readers {
  readonly stamp: (base64: string) => string;
  readonly checkpoint: (text: string) => string;
}

/** Tells the class of each edited copy of these bundles, whose timestamps carry the same certificates. */
export function classifier(bundles: readonly Tree[]): (edited: Tree) => Classified {
  const bag = bundles.map(bagOf).find((each) => each !== '') ?? '';
  const hints = new Set(bundles.flatMap(hintsOf));
  const read: Readers = {
    stamp: remembered((base64) => stampMessage(base64, bag)),
    checkpoint: remembered((text) => checkpointMessage(text, hints)),
  };
  const goods = bundles.map((bundle) => {
    const good = messageOf(bundle, read);
    if (good === undefined) throw new TypeError('the bundle itself is no message');
    return good;
  });
  return (edited) => {
    const found = messageOf(edited, read);
    const classes = goods.map((good) => classOf(good, found));
    const of = Math.max(
      classes.findIndex((each) => each !== 'refused'),
      0,
    );
    return { expected: classes[of] ?? 'refused', of };
  };
}

function classOf(good: Message, found: Message | undefined): ExpectedClass {
  if (found?.rest !== good.rest) return 'refused';
  const missing = [
    missingOf(good.entries, found.entries),
    missingOf(good.timestamps, found.timestamps),
  ];
  if (missing.includes(undefined)) return 'refused';
  if (missing.every((count) => count === 0)) return 'equal';
  const isTimed = found.isPromised || found.timestamps.length > 0;
  return found.entries.length > 0 && isTimed ? 'smaller' : 'refused';
}

/** How many of the first are not in the second; undefined if the second has another, or one twice. */
function missingOf(good: readonly string[], found: readonly string[]): number | undefined {
  const isSubset = found.every((item) => good.includes(item));
  return isSubset && new Set(found).size === found.length ? good.length - found.length : undefined;
}

/** Most of an edited bundle is as it was, and is read once. */
function remembered(read: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const answer = known.get(text) ?? read(text);
    if (known.size > 100) known.clear();
    known.set(text, answer);
    return answer;
  };
}

type Json = Readonly<Record<string, unknown>>;

function messageOf(tree: Tree, read: Readers): Message | undefined {
  const json = parsed(tree);
  if (!isObject(json) || hasKeyTwice(tree)) return undefined;
  const { verificationMaterial: material } = json;
  if (!isObject(material)) return undefined;
  const { tlogEntries = [], timestampVerificationData: data = {}, ...others } = material;
  if (!isObject(data)) return undefined;
  const { rfc3161Timestamps = [], ...unknown } = data;
  if (!Array.isArray(tlogEntries) || !Array.isArray(rfc3161Timestamps)) return undefined;
  return {
    rest: canonical({ ...json, verificationMaterial: others, unknown }),
    entries: tlogEntries.map((entry) => entryMessage(entry, read)),
    timestamps: rfc3161Timestamps.map((each) =>
      canonical(withField(each, 'signedTimestamp', read.stamp)),
    ),
    isPromised: tlogEntries.some((entry) => isObject(entry) && 'inclusionPromise' in entry),
  };
}

function parsed(tree: Tree): unknown {
  try {
    return JSON.parse(encode(tree).toString());
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In the bundle's own JSON: what is inside base64 is compared byte by byte. */
function hasKeyTwice({ form, children }: Tree): boolean {
  const keys = form === 'object' ? children.map(({ key }) => key) : [];
  if (new Set(keys).size < keys.length) return true;
  return form !== 'text' && children.some(hasKeyTwice);
}

/** Protobuf's JSON may leave these out. */
const DEFAULTS: Readonly<Record<string, string>> = {
  logIndex: '"0"',
  integratedTime: '"0"',
  hashes: '[]',
  keyid: '""',
};

/** One text for each value: keys in order, and without defaults. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return value === undefined ? '' : JSON.stringify(value);
  const members = Object.entries(value)
    .map(([key, each]) => [key, canonical(each)] as const)
    .filter(([key, text]) => DEFAULTS[key] !== text);
  return `{${members
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `${JSON.stringify(key)}:${text}`)
    .join()}}`;
}

function entryMessage(entry: unknown, read: Readers): string {
  if (!isObject(entry)) return canonical(entry);
  const { inclusionPromise: promise, inclusionProof: proof, ...others } = entry;
  return canonical({
    ...others,
    ...(promise === undefined
      ? {}
      : { promise: withField(promise, 'signedEntryTimestamp', lowerS) }),
    proof: isObject(proof)
      ? { ...proof, checkpoint: withField(proof['checkpoint'], 'envelope', read.checkpoint) }
      : proof,
  });
}

function withField(value: unknown, name: string, change: (text: string) => string): unknown {
  if (!isObject(value)) return value;
  const { [name]: text } = value;
  return typeof text === 'string' ? { ...value, [name]: change(text) } : value;
}

const KEY_HINT_BYTES = 4;
const SIGNATURE_LINE = /^\u2014 [^\p{White_Space}+]+ (\S+)\n/u;

/**
 * Nobody signs the signature lines, and a line of a key that the log does not have is skipped (C2SP
 * signed-note, "Verifying"). Four bytes before an ECDSA signature say whose key it is.
 */
function checkpointMessage(text: string, hints: ReadonlySet<string>): string {
  const end = text.indexOf('\n\n') + 2;
  const lines = text
    .slice(end)
    .split(/(?<=\n)/)
    .map((line) => {
      const base64 = SIGNATURE_LINE.exec(line)?.[1] ?? '';
      const bytes = Buffer.from(base64, 'base64');
      const isSigned = bytes.toString('base64') === base64 && bytes.length > KEY_HINT_BYTES;
      if (!isSigned) return line;
      const hint = bytes.subarray(0, KEY_HINT_BYTES).toString('hex');
      if (!hints.has(hint)) return '';
      const signature = bytes.subarray(KEY_HINT_BYTES).toString('base64');
      return line.replace(base64, `${hint} ${withLowerS(signature)}`);
    });
  return `${text.slice(0, end)}${lines.join('')}`;
}

/** The key hints of its checkpoints, in hexadecimal digits. */
function hintsOf(base: Tree): readonly string[] {
  const text = encode(base).toString();
  return [...text.matchAll(/\u2014 \S+ ([A-Za-z0-9+/=]+)\\n/g)].map(([, base64 = '']) =>
    Buffer.from(base64, 'base64').subarray(0, KEY_HINT_BYTES).toString('hex'),
  );
}

const lowerS = remembered(withLowerS);

function stampMessage(base64: string, bag: string): string {
  const response = derOf(base64);
  return response === undefined ? base64 : responseMessage(response, bag);
}

function derOf(base64: string): Tree | undefined {
  if (Buffer.from(base64, 'base64').toString('base64') !== base64) return undefined;
  const value = treeOf(base64).children[0]?.children[0];
  return value?.form === 'der' ? value : undefined;
}

/** PKIStatusInfo, and SignedData with its certificates as the fourth field (RFC 5652 §5.1). */
const STATUS: Path = [0];
const SIGNED_DATA: Path = [1, 1, 0];
const BAG = 3;
/** What Sigstore's own authority writes when it sends no certificate. */
const EMPTY_BAG = 'a000';

/** Without what nobody signs: the text of the status and the certificates; and with the lower s. */
function responseMessage(response: Tree, bag: string): string {
  const changes: readonly (readonly [Path, (node: Tree) => Tree])[] = [
    [STATUS, (node) => without(node, 1, [STATUS_TEXT.toString('hex')])],
    [SIGNED_DATA, (node) => without(node, BAG, [bag, EMPTY_BAG])],
    [
      [...SIGNED_DATA, -1, 0, 5],
      (node) => ({ ...node, children: [leaf(withLowerS(base64Of(node.children)))] }),
    ],
  ];
  const plain = changes.reduce(
    (tree, [path, change]) => replaced(tree, path, (node) => [change(node)]),
    response,
  );
  return encode(plain).toString('hex');
}

function base64Of(nodes: readonly Tree[]): string {
  return Buffer.concat(nodes.map(encode)).toString('base64');
}

/** Without the child at this place, if it is one of these, in hexadecimal digits. */
function without(parent: Tree, index: number, known: readonly string[]): Tree {
  const child = parent.children[index];
  if (child === undefined || !known.includes(encode(child).toString('hex'))) return parent;
  return { ...parent, children: parent.children.toSpliced(index, 1) };
}

/** The certificates of its timestamps, in hexadecimal digits. */
function bagOf(base: Tree): string {
  const fields = placesIn(base)
    .filter(({ node }) => node.form === 'member' && node.key === 'signedTimestamp')
    .map(({ node }) => nodeAt(node, [0, 0, 0, ...SIGNED_DATA, BAG]));
  const bag = fields.find((field) => field?.tag === CONTEXT_0);
  return bag === undefined ? '' : encode(bag).toString('hex');
}

const CONTEXT_0 = 0xa0;
