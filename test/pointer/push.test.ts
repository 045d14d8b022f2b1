import { describe, expect, it } from 'vitest';

import { digestOf, type Digest } from '../../src/digest.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { MAX_OCI_INDEX_BYTES } from '../../src/limits.ts';
import { attachReferrer, type Pauses } from '../../src/pointer/attach.ts';
import { attestationManifest } from '../../src/pointer/attestation-manifest.ts';
import { descriptorOf } from '../../src/pointer/descriptor.ts';
import { parseOciIndex, referrersTag, withReferrer } from '../../src/pointer/oci-index.ts';
import { pushEvidence, type PushedEvidence } from '../../src/pointer/push.ts';
import type {
  Descriptor,
  ReferrerList,
  Repository,
  StoredManifest,
} from '../../src/pointer/registry.ts';
import { rejection } from '../document/refusal.ts';
import { repositoryOf } from '../oci/client.ts';
import { withRegistry } from '../oci/registry.ts';
import { ARTIFACT, ATTESTATION, changed, ociBytes, parsed } from './oci.ts';

const LAYER = ociBytes('evidence.tar.gz');
const SIGNATURE = ociBytes('attestation.sigstore.json');
const LIST = referrersTag(ARTIFACT.digest);

async function* pieces(bytes: Uint8Array, offset: number): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve();
  yield bytes.subarray(offset);
}

const EVIDENCE: PushedEvidence = {
  artifact: ARTIFACT,
  open: (_, offset) => pieces(LAYER, offset),
  sigstoreBundles: [SIGNATURE],
  tag: 'v1',
};

/** Time that passes only while everybody waits, and chance that is the same each time. */
class Time {
  #now = 0;
  #chance: number;
  readonly #due: { at: number; wake: () => void }[] = [];

  constructor(seed = 1) {
    this.#chance = seed;
  }

  readonly pauses: Pauses = {
    now: () => this.#now,
    wait: async (ms) => {
      await new Promise<void>((wake) => {
        this.#due.push({ at: this.#now + ms, wake });
      });
    },
    random: () => {
      this.#chance = (this.#chance * 48_271) % 2_147_483_647;
      return this.#chance / 2_147_483_647;
    },
  };

  get now(): number {
    return this.#now;
  }

  async during<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const end = (): void => {
      state.isDone = true;
    };
    void work.then(end, end);
    while (!state.isDone) {
      await new Promise((next) => {
        setImmediate(next);
      });
      const [first] = this.#due.toSorted((one, other) => one.at - other.at);
      if (first === undefined) continue;
      this.#due.splice(this.#due.indexOf(first), 1);
      this.#now = first.at;
      first.wake();
    }
    return await work;
  }
}

interface Behaviour {
  /** By default there is none; or it lists after so many milliseconds. */
  readonly api?: 'never' | 'none' | { readonly after: number };
  /** The n-th call fails, and each later one too. */
  readonly failsAt?: number;
  readonly immutable?: boolean;
}

const GONE = new EvidenceError('SERVICE_UNREACHABLE', {
  at: 'r.test/evidence',
  found: 'no answer',
  expected: 'an answer',
  hint: 'again',
});

/** What was put is there after 200 ms to 300 ms, and what is read is 100 ms old. */
class FakeRepository implements Repository {
  readonly name = 'r.test/evidence';
  requests = 0;
  readonly steps: string[] = [];
  readonly blobs = new Map<Digest, Uint8Array>();
  readonly manifests = new Map<string, StoredManifest>();
  readonly #arrived = new Map<Digest, number>();
  readonly #time: Time;
  behaviour: Behaviour;

  constructor(time: Time, behaviour: Behaviour = {}) {
    this.#time = time;
    this.behaviour = behaviour;
  }

  async readManifest(
    reference: Digest | { readonly tag: string },
  ): Promise<StoredManifest | undefined> {
    await this.#ask();
    const name = typeof reference === 'string' ? reference : reference.tag;
    const found = this.manifests.get(name);
    await this.#time.pauses.wait(100);
    return found;
  }

  async *readBlob(): AsyncGenerator<Uint8Array, void> {
    await Promise.resolve();
    yield* [];
  }

  async requireWritable(): Promise<void> {
    await this.#ask();
  }

  async hasBlob({ digest }: Descriptor): Promise<boolean> {
    await this.#ask();
    return this.blobs.has(digest);
  }

  async writeBlob(
    { digest }: Descriptor,
    open: (offset: number) => AsyncIterable<Uint8Array>,
  ): Promise<void> {
    await this.#ask(`blob ${digest}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of open(0)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    expect(digestOf(bytes)).toBe(digest);
    this.blobs.set(digest, bytes);
  }

  async writeManifest(manifest: StoredManifest, tag?: string): Promise<void> {
    await this.#ask(`manifest ${tag ?? manifest.digest}`);
    const isTaken = tag !== undefined && this.manifests.has(tag);
    if (this.behaviour.immutable === true && isTaken) throw GONE;
    await this.#time.pauses.wait(200 + 100 * this.#time.pauses.random());
    this.#arrived.set(manifest.digest, this.#time.now);
    this.manifests.set(manifest.digest, manifest);
    if (tag !== undefined) this.manifests.set(tag, manifest);
  }

  async listReferrers(subject: Digest): Promise<ReferrerList | undefined> {
    await this.#ask();
    const { api = 'none' } = this.behaviour;
    if (api === 'none') return undefined;
    if (api === 'never') return { manifests: [], unread: [] };
    const manifests = [...this.manifests.values()]
      .filter(
        (manifest) =>
          (this.#arrived.get(manifest.digest) ?? Infinity) + api.after <= this.#time.now &&
          manifest.mediaType === ARTIFACT.mediaType &&
          parsed(manifest).subject?.digest === subject,
      )
      .map(descriptorOf);
    return { manifests, unread: [] };
  }

  async #ask(step?: string): Promise<void> {
    this.requests += 1;
    await Promise.resolve();
    const { failsAt = Infinity } = this.behaviour;
    if (this.requests >= failsAt) throw GONE;
    if (step !== undefined) this.steps.push(step);
  }
}

function listed({ manifests }: FakeRepository): readonly Digest[] {
  const list = manifests.get(LIST);
  return list === undefined ? [] : parseOciIndex(list, LIST).manifests.map(({ digest }) => digest);
}

const blobOf = ({ layers: [layer] }: { layers: readonly Descriptor[] }): string =>
  `blob ${layer?.digest ?? ''}`;
const ORDER = [
  blobOf(parsed(ARTIFACT)),
  `blob ${parsed(ARTIFACT).config.digest}`,
  `manifest ${ARTIFACT.digest}`,
  blobOf(parsed(ATTESTATION)),
  `manifest ${ATTESTATION.digest}`,
  `manifest ${LIST}`,
  'manifest v1',
];

describe('evidence that is pushed', () => {
  it('comes in an order in which nothing refers to what is not there, and the tag is last', async () => {
    const time = new Time();
    const repository = new FakeRepository(time);
    const attached = await time.during(pushEvidence(repository, EVIDENCE, time.pauses));
    expect(attached).toEqual([ATTESTATION]);
    expect(repository.steps).toEqual(ORDER);
  });

  it('is not sent again if it is there', async () => {
    const time = new Time();
    const repository = new FakeRepository(time);
    await time.during(pushEvidence(repository, EVIDENCE, time.pauses));
    repository.steps.length = 0;
    await time.during(pushEvidence(repository, EVIDENCE, time.pauses));
    expect(repository.steps).toEqual([]);
  });

  it('is whole after a second try, wherever the first one ended, and each thing was sent once', async () => {
    const time = new Time();
    const whole = new FakeRepository(time);
    await time.during(pushEvidence(whole, EVIDENCE, time.pauses));
    for (let failsAt = 1; failsAt <= whole.requests; failsAt += 1) {
      const repository = new FakeRepository(time, { failsAt });
      const error = await rejection(time.during(pushEvidence(repository, EVIDENCE, time.pauses)));
      expect(['SERVICE_UNREACHABLE', 'REFERRER_NOT_LISTED']).toContain(error?.code);
      expect(repository.manifests.has('v1')).toBe(false);
      repository.behaviour = {};
      await time.during(pushEvidence(repository, EVIDENCE, time.pauses));
      expect(repository.steps).toEqual(ORDER);
      expect(listed(repository)).toEqual([ATTESTATION.digest]);
    }
  });

  it('leaves a tag of another artifact alone, before anything is sent, unless it is forced', async () => {
    const time = new Time();
    const repository = new FakeRepository(time);
    const other = changed(ARTIFACT, (manifest) => {
      manifest['annotations'] = { 'org.opencontainers.image.version': 'v2.0.0' };
    });
    repository.manifests.set('v1', other);
    const error = await rejection(time.during(pushEvidence(repository, EVIDENCE, time.pauses)));
    expect(error).toMatchObject({ code: 'TAG_TAKEN', at: 'r.test/evidence:v1' });
    expect(error?.found).toContain(other.digest);
    expect(repository.steps).toEqual([]);
    const forced = { ...EVIDENCE, force: true };
    await time.during(pushEvidence(repository, forced, time.pauses));
    expect(repository.manifests.get('v1')).toBe(ARTIFACT);
  });

  it.each([
    ['with its API', undefined, []],
    ['without', 'none', [`evidence:${LIST}`]],
  ] as const)('reaches a registry over HTTP, %s', async (_, referrers, lists) => {
    await withRegistry({ referrers }, async (registry) => {
      const { pauses } = new Time();
      const wait = async (): Promise<void> => {
        await Promise.resolve();
      };
      await pushEvidence(repositoryOf(registry), EVIDENCE, { ...pauses, wait });
      const tags = [...registry.manifests.keys()].filter((name) => !name.includes('@'));
      expect(tags).toEqual([...lists, 'evidence:v1']);
      expect(registry.manifests.has(`evidence@${ATTESTATION.digest}`)).toBe(true);
      expect(registry.blobs.size).toBe(3);
      expect(registry.uploads.size).toBe(0);
    });
  });
});

/** As many as are wanted, all of this artifact. */
function attestations(count: number): readonly StoredManifest[] {
  return Array.from({ length: count }, (_, number) =>
    changed(attestationManifest(ARTIFACT, SIGNATURE, 'attestation'), (manifest) => {
      manifest['annotations'] = { number: String(number) };
    }),
  );
}

const open = (_: unknown, offset: number): AsyncIterable<Uint8Array> => pieces(SIGNATURE, offset);

describe('what is attached', () => {
  it('stays in the list, all six of six that are attached at once, in twenty runs', async () => {
    const six = attestations(6);
    for (let seed = 1; seed <= 20; seed += 1) {
      const time = new Time(seed);
      const repository = new FakeRepository(time);
      const all = six.map(async (referrer) => {
        await attachReferrer(repository, ARTIFACT, referrer, { open, pauses: time.pauses });
      });
      await time.during(Promise.all(all));
      expect(new Set(listed(repository))).toEqual(new Set(six.map(({ digest }) => digest)));
    }
  });

  it('is in the list with what others put there', async () => {
    const time = new Time();
    const repository = new FakeRepository(time);
    const [theirs = ATTESTATION, ours = ATTESTATION] = attestations(2);
    const list = withReferrer(undefined, theirs);
    if (list !== undefined) repository.manifests.set(LIST, list);
    await time.during(attachReferrer(repository, ARTIFACT, ours, { open, pauses: time.pauses }));
    expect(listed(repository)).toEqual([theirs.digest, ours.digest]);
  });

  it.each([
    ['it is listed at once', { after: 0 }, 0],
    ['it is listed after 9 s', { after: 9000 }, 0],
    ['it is listed after 20 s, which is too late', { after: 20_000 }, 1],
    ['the API lists nothing', 'never', 1],
    ['there is no API', 'none', 1],
  ] as const)('is put into the list of clients or not: %s', async (_, api, count) => {
    const time = new Time();
    const repository = new FakeRepository(time, { api });
    const attached = attachReferrer(repository, ARTIFACT, ATTESTATION, {
      ...{ open, pauses: time.pauses },
    });
    await time.during(attached);
    expect(listed(repository)).toHaveLength(count);
  });

  it('is said to be attached and not listed where the tag of the list cannot be changed', async () => {
    const time = new Time();
    const repository = new FakeRepository(time, { immutable: true });
    const [theirs = ATTESTATION] = attestations(1);
    const list = withReferrer(undefined, theirs);
    if (list !== undefined) repository.manifests.set(LIST, list);
    const error = await rejection(time.during(pushEvidence(repository, EVIDENCE, time.pauses)));
    expect(error).toMatchObject({ code: 'REFERRER_NOT_LISTED', at: 'r.test/evidence' });
    expect(error?.class).toBe('unjudged');
    expect(error?.found).toContain('attached, not listed');
    expect(error?.hint).toContain(`--attestation ${ATTESTATION.digest}`);
    expect(repository.manifests.has(ATTESTATION.digest)).toBe(true);
    expect(listed(repository)).toEqual([theirs.digest]);
  });

  it.each([
    ['no list is', changed(ATTESTATION, () => undefined)],
    ['a list beyond its limit is', { ...ARTIFACT, bytes: Buffer.alloc(MAX_OCI_INDEX_BYTES + 1) }],
  ])('does not replace what %s under the tag of the list', async (_, there) => {
    const time = new Time();
    const repository = new FakeRepository(time);
    repository.manifests.set(LIST, { ...there, digest: digestOf('other') });
    const attached = attachReferrer(repository, ARTIFACT, ATTESTATION, {
      ...{ open, pauses: time.pauses },
    });
    const error = await rejection(time.during(attached));
    expect(error?.code).toBe('REFERRER_NOT_LISTED');
    expect(repository.steps).not.toContain(`manifest ${LIST}`);
  });

  it('gives up after some minutes where each answer takes one, and the list never has it', async () => {
    const time = new Time();
    const repository = new FakeRepository(time);
    const put = repository.manifests.set.bind(repository.manifests);
    repository.manifests.set = (key, manifest) => put(key, key === LIST ? ARTIFACT : manifest);
    const read = repository.readManifest.bind(repository);
    repository.readManifest = async (reference) => {
      await time.pauses.wait(60_000);
      return await read(reference);
    };
    const waits: number[] = [];
    const wait = async (ms: number): Promise<void> => {
      waits.push(ms);
      await time.pauses.wait(ms);
    };
    const pauses = { ...time.pauses, wait };
    const attached = attachReferrer(repository, ARTIFACT, ATTESTATION, { open, pauses });
    const error = await rejection(time.during(attached));
    expect(error?.code).toBe('REFERRER_NOT_LISTED');
    expect(Math.max(...waits)).toBeLessThanOrEqual(5 * 30_000);
    expect(time.now).toBeLessThan(15 * 60_000);
  });

  it('gives up when the list never has it: GitLab answers with the artifact itself', async () => {
    const time = new Time();
    const repository = new FakeRepository(time);
    const put = repository.manifests.set.bind(repository.manifests);
    repository.manifests.set = (key, manifest) => put(key, key === LIST ? ARTIFACT : manifest);
    const attached = attachReferrer(repository, ARTIFACT, ATTESTATION, {
      ...{ open, pauses: time.pauses },
    });
    const error = await rejection(time.during(attached));
    expect(error?.code).toBe('REFERRER_NOT_LISTED');
    expect(repository.manifests.get(LIST)).toBe(ARTIFACT);
  });
});
