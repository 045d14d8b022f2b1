// Whether a copy of a TUF repository is what its keys signed, without a network. The only file that imports
// `@tufjs/models`. https://theupdateframework.github.io/specification/latest/#detailed-client-workflow

import { createHash } from 'node:crypto';

import { Metadata, MetadataKind } from '@tufjs/models';
import type { Root, Snapshot, Targets, Timestamp } from '@tufjs/models';

import { timestampOf } from '../../document/time.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import type { TrustCopy } from './trust-copy.ts';

export const TRUSTED_ROOT_TARGET = 'trusted_root.json';
export const SIGNING_CONFIG_TARGET = 'signing_config.v0.2.json';

/** What was verified, for people. */
export interface CopyVersions {
  readonly root: number;
  readonly timestamp: number;
}

type Role = Root | Timestamp | Snapshot | Targets;
type Json = Parameters<typeof Metadata.fromJSON>[1];

/** The root that everything else starts from, as a file: signed by its own keys. Throws TUF_ROOT_INVALID. */
export function requireTufRoot(bytes: Uint8Array, file: string): void {
  readFirstRoot(bytes, file);
}

/**
 * Verifies a copy from its first root on: signatures, versions, lengths, hashes, and that nothing had expired
 * when it was updated. A time that somebody else wrote into it helps little: it has to be before the end of
 * the signed timestamp, and the caller limits its age.
 *
 * @param firstRoot the bytes of a TUF root, and its file
 * @param place the copy: its file, and the code for whatever is wrong with it
 */
export function verifyTrustCopy(
  copy: TrustCopy,
  firstRoot: { readonly bytes: Uint8Array; readonly file: string },
  place: Place,
): CopyVersions {
  const at = (name: string): Place => ({ ...place, at: `${place.at}#/${name}` });
  const root = lastRoot(copy, readFirstRoot(firstRoot.bytes, firstRoot.file), at);
  requireFresh(root, copy, at(copy.roots.length === 0 ? 'updatedAt' : 'roots'));

  const timestamp = readRole(copy.timestamp, root, at('timestamp'), timestampIn);
  requireFresh(timestamp, copy, at('timestamp'));

  const { snapshotMeta } = timestamp.signed;
  tried(at('snapshot'), 'as the timestamp has it', () => snapshotMeta.verify(copy.snapshot));
  const snapshot = readRole(copy.snapshot, root, at('snapshot'), snapshotIn);
  requireVersion(snapshot, snapshotMeta.version, at('snapshot'));
  requireFresh(snapshot, copy, at('snapshot'));

  const targetsMeta = snapshot.signed.meta['targets.json'];
  if (targetsMeta === undefined) return refuse(at('snapshot'), 'no targets.json', 'its version');
  tried(at('targets'), 'as the snapshot has it', () => targetsMeta.verify(copy.targets));
  const targets = readRole(copy.targets, root, at('targets'), targetsIn);
  requireVersion(targets, targetsMeta.version, at('targets'));
  requireFresh(targets, copy, at('targets'));

  requireTarget(targets, TRUSTED_ROOT_TARGET, copy.trustedRoot, at('trustedRoot'));
  if (copy.signingConfig !== undefined) {
    requireTarget(targets, SIGNING_CONFIG_TARGET, copy.signingConfig, at('signingConfig'));
  }
  return { root: root.signed.version, timestamp: timestamp.signed.version };
}

function readFirstRoot(bytes: Uint8Array, file: string): Metadata<Root> {
  const hint = 'use a root.json of the TUF repository, from a source that you trust';
  const place: Place = { code: 'TUF_ROOT_INVALID', at: file, hint };
  const root = recognising('tuf-root', { file, bytes }, () => parsed(bytes, place, rootIn));
  requireRoot(root, place);
  return root;
}

/** Its own keys signed it, and in no role does one of them count twice. */
function requireRoot(root: Metadata<Root>, place: Place): void {
  requireSigned(root, MetadataKind.Root, root, place);
  const { keys, roles } = root.signed;
  for (const [name, { keyIDs }] of Object.entries(roles)) {
    const values = keyIDs.flatMap((id) => keys[id]?.keyVal['public'] ?? []).map(keyBytes);
    if (new Set(values).size === values.length) continue;
    refuse(place, `one key under two ids for ${quote(name)}`, 'each key once');
  }
}

/** How many bytes at the end of a key tell it from every other one. */
const TELLING_BYTES = 32;

/** One key may be written as PEM, or as hexadecimal digits of either case: the same bytes are at its end. */
function keyBytes(text: string): string {
  const [, base64] = /-----BEGIN [A-Z ]+-----([^-]+)-----END/.exec(text) ?? [];
  const bytes = Buffer.from(base64 ?? text, base64 === undefined ? 'hex' : 'base64');
  return bytes.length < TELLING_BYTES ? text : bytes.subarray(-TELLING_BYTES).toString('hex');
}

const rootIn = (json: Json): Metadata<Root> => Metadata.fromJSON(MetadataKind.Root, json);
const timestampIn = (json: Json) => Metadata.fromJSON(MetadataKind.Timestamp, json);
const snapshotIn = (json: Json) => Metadata.fromJSON(MetadataKind.Snapshot, json);
const targetsIn = (json: Json) => Metadata.fromJSON(MetadataKind.Targets, json);

/** Each root has the next version, and is signed as the one before and as itself demand. */
function lastRoot(
  { roots }: TrustCopy,
  first: Metadata<Root>,
  at: (name: string) => Place,
): Metadata<Root> {
  let last = first;
  for (const [index, bytes] of roots.entries()) {
    const place = at(`roots/${index}`);
    const next = readRole(bytes, last, place, rootIn);
    requireVersion(next, last.signed.version + 1, place);
    requireRoot(next, place);
    last = next;
  }
  return last;
}

/** One role's metadata, signed as the root demands. */
function readRole<T extends Role>(
  bytes: Uint8Array,
  root: Metadata<Root>,
  place: Place,
  parse: (json: Json) => Metadata<T>,
): Metadata<T> {
  const metadata = parsed(bytes, place, parse);
  requireSigned(root, metadata.signed.type, metadata, place);
  return metadata;
}

function parsed<T>(bytes: Uint8Array, place: Place, parse: (json: Json) => T): T {
  return tried(place, 'TUF metadata', () => {
    const json: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (isObject(json)) return parse(json);
    throw new TypeError('no JSON object');
  });
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function requireSigned(
  by: Metadata<Root>,
  role: MetadataKind,
  metadata: Metadata<Role>,
  place: Place,
): void {
  tried(place, `the signatures that version ${by.signed.version} of the TUF root demands`, () => {
    by.verifyDelegate(role, metadata);
  });
}

function requireVersion({ signed }: Metadata<Role>, version: number, place: Place): void {
  if (signed.version === version) return;
  refuse(place, `version ${signed.version}`, `version ${version}`);
}

function requireFresh({ signed }: Metadata<Role>, { updatedAt }: TrustCopy, place: Place): void {
  if (!signed.isExpired(updatedAt)) return;
  const found = `metadata that expired at ${quote(signed.expires)}`;
  refuse(place, found, `metadata that had not expired at ${timestampOf(updatedAt)}`);
}

const HASHES: ReadonlySet<string> = new Set(['sha256', 'sha512']);

/** A target that names no strong hash could be any file of this length. */
function requireTarget(
  { signed }: Metadata<Targets>,
  name: string,
  content: Uint8Array,
  place: Place,
): void {
  const target = signed.targets[name];
  if (target === undefined) return refuse(place, `no target ${name}`, 'one in targets.json itself');
  if (content.length !== target.length) {
    refuse(place, `${content.length} bytes`, `${target.length} bytes, as targets.json says`);
  }
  const stated = Object.entries(target.hashes).filter(([hash]) => HASHES.has(hash));
  const isRight = ([hash, hex]: readonly [string, string]): boolean =>
    createHash(hash).update(content).digest('hex') === hex;
  if (stated.length > 0 && stated.every(isRight)) return;
  refuse(place, 'another hash', `a SHA-256 or SHA-512 that is that of ${name}, in targets.json`);
}

/** Whether targets that were verified have a target of this name themselves; delegated ones do not count. */
export function listsTarget(targets: Uint8Array, name: string, place: Place): boolean {
  const { signed } = parsed(targets, place, targetsIn);
  return Object.hasOwn(signed.targets, name);
}

/** What the library throws for foreign bytes is a refusal, also a TypeError. */
function tried<T>(place: Place, expected: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(place, quote(message), expected, error);
  }
}
