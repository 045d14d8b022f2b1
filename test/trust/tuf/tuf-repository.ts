// A real TUF repository, signed by keys of its own, that a test changes in one thing.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { RequestListener } from 'node:http';

import {
  Key,
  MetaFile,
  Metadata,
  Root,
  Signature,
  Snapshot,
  TargetFile,
  Targets,
  Timestamp,
} from '@tufjs/models';
import { Role } from '@tufjs/models/dist/role.js';

import type { TrustCopy } from '../../../src/trust/tuf/trust-copy.ts';

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type RoleName = (typeof ROLES)[number];

export interface RepositoryKey {
  readonly key: Key;
  readonly secret: KeyObject;
}

/** The same key under another id. */
export function underAnotherId({ key, secret }: RepositoryKey): RepositoryKey {
  const { keyType, scheme, keyVal } = key;
  const keyID = createHash('sha256').update(key.keyID).digest('hex');
  return { key: new Key({ keyID, keyType, scheme, keyVal }), secret };
}

/** What the next publication says, where a test wants something else than a good repository. */
export interface Wish {
  /** By role, when it expires; in a day, and a root in a year, if nothing is said. */
  readonly expires?: Partial<Record<RoleName, Date>>;
  /** By role, who signs; the role's keys if nothing is said. */
  readonly signers?: Partial<Record<RoleName, readonly RepositoryKey[]>>;
  /** By role, the version; the next one if nothing is said. */
  readonly versions?: Partial<Record<RoleName, number>>;
  /** What targets.json says of a target, e.g. another hash. */
  readonly targetFile?: (name: string, content: Buffer) => TargetFile;
  /** Without the hash and length of snapshot and targets, as the specification allows. */
  readonly plainMeta?: boolean;
}

export function newKey(): RepositoryKey {
  const { publicKey, privateKey: secret } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
  const keyID = createHash('sha256').update(raw).digest('hex');
  const keyVal = { public: raw };
  return { key: new Key({ keyID, keyType: 'ed25519', scheme: 'ed25519', keyVal }), secret };
}

const DAY_MS = 24 * 60 * 60 * 1000;

export class TufRepository {
  /** What a mirror serves, by path. */
  readonly files = new Map<string, Buffer>();
  readonly roots: Buffer[] = [];
  keys: Record<RoleName, readonly RepositoryKey[]> = {
    root: [newKey()],
    timestamp: [newKey()],
    snapshot: [newKey()],
    targets: [newKey()],
  };
  readonly #versions = { root: 0, timestamp: 0, snapshot: 0, targets: 0 };
  readonly #now: Date;
  targets: Record<string, Buffer>;

  constructor(targets: Record<string, Buffer>, now = new Date()) {
    this.#now = now;
    this.targets = targets;
    this.addRoot();
    this.publish();
  }

  get firstRoot(): Buffer {
    const [first] = this.roots;
    if (first === undefined) throw new Error('no root');
    return first;
  }

  /** The next root: of the keys of `this.keys`, signed by them and by those of the root before. */
  addRoot(wish: Wish = {}, threshold = 1, former: readonly RepositoryKey[] = []): void {
    const version = this.#next('root', wish);
    const keys = Object.values(this.keys).flat();
    const roles = ROLES.map((name) => {
      const keyIDs = this.keys[name].map(({ key }) => key.keyID);
      return [name, new Role({ keyIDs, threshold: name === 'root' ? threshold : 1 })] as const;
    });
    const root = new Root({
      version,
      specVersion: '1.0.31',
      expires: this.#expires('root', wish),
      keys: Object.fromEntries(keys.map(({ key }) => [key.keyID, key])),
      roles: Object.fromEntries(roles),
      consistentSnapshot: true,
    });
    const signers = wish.signers?.root ?? [...this.keys.root, ...former];
    const bytes = signed(root, signers);
    this.roots.push(bytes);
    this.files.set(`${version}.root.json`, bytes);
  }

  /** New keys for these roles, in a root that the old ones sign too. */
  rotate(names: readonly RoleName[], wish: Wish = {}): void {
    const former = this.keys.root;
    this.keys = { ...this.keys, ...Object.fromEntries(names.map((name) => [name, [newKey()]])) };
    this.addRoot(wish, 1, former);
  }

  publish(wish: Wish = {}): void {
    const of = wish.targetFile ?? targetFileOf;
    const entries = Object.entries(this.targets).map(
      ([n, content]) => [n, of(n, content)] as const,
    );
    for (const [name, file] of entries) {
      const [hash = ''] = Object.values(file.hashes);
      this.files.set(`targets/${hash}.${name}`, this.targets[name] ?? Buffer.of());
    }
    const targets = this.#sign('targets', wish, (common) => {
      return new Targets({ ...common, targets: Object.fromEntries(entries) });
    });
    const meta = { 'targets.json': metaOf(targets, wish) };
    const snapshot = this.#sign('snapshot', wish, (common) => new Snapshot({ ...common, meta }));
    const snapshotMeta = metaOf(snapshot, wish);
    const timestamp = this.#sign('timestamp', wish, (common) => {
      return new Timestamp({ ...common, snapshotMeta });
    });
    this.files.set(`${targets.version}.targets.json`, targets.bytes);
    this.files.set(`${snapshot.version}.snapshot.json`, snapshot.bytes);
    this.files.set('timestamp.json', timestamp.bytes);
  }

  /** What an honest `trust update` keeps of it. */
  copy(updatedAt = this.#now): TrustCopy {
    const { snapshot, targets } = this.#versions;
    return {
      updatedAt,
      roots: this.roots.slice(1),
      timestamp: this.file('timestamp.json'),
      snapshot: this.file(`${snapshot}.snapshot.json`),
      targets: this.file(`${targets}.targets.json`),
      trustedRoot: this.targets['trusted_root.json'] ?? Buffer.of(),
      signingConfig: this.targets['signing_config.v0.2.json'],
    };
  }

  file(path: string): Buffer {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new Error(`no ${path}`);
    return bytes;
  }

  /** A mirror of it. */
  get listener(): RequestListener {
    return (request, response) => {
      const bytes = this.files.get(`${request.url}`.slice(1));
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
    };
  }

  #sign(
    name: RoleName,
    wish: Wish,
    make: (common: { version: number; specVersion: string; expires: string }) => Signed,
  ): { readonly bytes: Buffer; readonly version: number } {
    const version = this.#next(name, wish);
    const role = make({ version, specVersion: '1.0.31', expires: this.#expires(name, wish) });
    return { bytes: signed(role, wish.signers?.[name] ?? this.keys[name]), version };
  }

  #next(name: RoleName, { versions = {} }: Wish): number {
    const version = versions[name] ?? this.#versions[name] + 1;
    this.#versions[name] = version;
    return version;
  }

  #expires(name: RoleName, { expires = {} }: Wish): string {
    const at =
      expires[name] ?? new Date(this.#now.getTime() + (name === 'root' ? 365 : 1) * DAY_MS);
    return at.toISOString().replace(/\.\d+Z$/, 'Z');
  }
}

type Signed = Root | Timestamp | Snapshot | Targets;

function signed(role: Signed, signers: readonly RepositoryKey[]): Buffer {
  const metadata = new Metadata(role);
  for (const { key, secret } of signers) {
    metadata.sign((data) => {
      const sig = sign(undefined, data, secret).toString('hex');
      return new Signature({ keyID: key.keyID, sig });
    });
  }
  return Buffer.from(JSON.stringify(metadata.toJSON()));
}

function metaOf(
  { bytes, version }: { readonly bytes: Buffer; readonly version: number },
  { plainMeta }: Wish,
): MetaFile {
  return plainMeta === true
    ? new MetaFile({ version })
    : new MetaFile({ version, length: bytes.length, hashes: { sha256: hexOf(bytes) } });
}

export function targetFileOf(path: string, content: Buffer): TargetFile {
  return new TargetFile({ path, length: content.length, hashes: { sha256: hexOf(content) } });
}

function hexOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
