import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { dirname, join } from 'node:path';

import { TargetFile } from '@tufjs/models';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import {
  openTrustCache,
  readSigningConfig,
  readTrust,
} from '../../../src/io/sigstore/read-trust.ts';
import { readTrustCache, updateTrustCache } from '../../../src/io/sigstore/trust-cache.ts';
import type { TrustCacheChoice, UpdatedTrust } from '../../../src/io/sigstore/trust-cache.ts';
import { fetchTrustCopy } from '../../../src/io/sigstore/tuf-update.ts';
import { publicGoodSigningConfig } from '../../../src/sign/public-good-signing-config.ts';
import { publicGoodRoot } from '../../../src/trust/public-good.ts';
import { encodeTrustCopy, parseTrustCopy } from '../../../src/trust/tuf/trust-copy.ts';
import { rejection } from '../../document/refusal.ts';
import { TufRepository, newKey, targetFileOf, type Wish } from '../../trust/tuf/tuf-repository.ts';
import { deadAddress, withServer } from '../http/local-server.ts';
import { scratch } from '../scratch.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const ROOT = Buffer.from(publicGoodRoot());
const CONFIG = Buffer.from(publicGoodSigningConfig());
const TARGETS = { 'trusted_root.json': ROOT, 'signing_config.v0.2.json': CONFIG };
/** The same root in another spelling, to tell them apart. */
const NEWER_ROOT = Buffer.from(`${ROOT.toString('utf8')} `);

/** A repository, its mirror, and a user with its first root. */
class Place {
  readonly repository: TufRepository;
  readonly folder: string;
  readonly choice: { readonly tufRoot: string; readonly environment: NodeJS.ProcessEnv };
  answer: RequestListener = (request, response) => this.repository.listener(request, response);
  asked: readonly (string | undefined)[] = [];

  constructor(targets: Record<string, Buffer> = { ...TARGETS }, now = new Date()) {
    this.repository = new TufRepository(targets, now);
    this.folder = scratch({ 'root.json': this.repository.firstRoot });
    this.choice = {
      tufRoot: join(this.folder, 'root.json'),
      environment: { AFFIDAVIT_TRUST_CACHE: join(this.folder, 'kept') },
    };
  }

  async update(now = new Date()): Promise<UpdatedTrust> {
    let updated: UpdatedTrust | undefined;
    let thrown: unknown;
    const asked: string[] = [];
    await withServer(
      (request, response) => {
        asked.push(`${request.url}`);
        this.answer(request, response);
      },
      async (mirror) => {
        try {
          updated = await updateTrustCache(
            { ...this.choice, mirror },
            now,
            new AbortController().signal,
          );
        } catch (error) {
          thrown = error;
        }
      },
    );
    this.asked = asked;
    if (updated === undefined) throw thrown;
    return updated;
  }

  /** The code, the place and what was found of an update that fails, and that nothing else is kept. */
  async refused(now = new Date()): Promise<string> {
    const before = this.kept();
    const error = await rejection(this.update(now));
    expect(this.kept()).toEqual(before);
    return `${error?.code} ${error?.at?.replace(/:\d+/, '')}: ${error?.found}`;
  }

  /** What is in the cache, by name. */
  kept(): Readonly<Record<string, string>> {
    const folder = join(this.folder, 'kept');
    mkdirSync(folder, { recursive: true });
    const names = readdirSync(folder);
    return Object.fromEntries(
      names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
  }

  change(bytes: (text: string) => string | Buffer): void {
    const [name = ''] = Object.keys(this.kept());
    const path = join(this.folder, 'kept', name);
    writeFileSync(path, bytes(readFileSync(path, 'utf8')));
  }

  serve(path: string, bytes: Buffer): void {
    this.repository.files.set(path, bytes);
  }
}

describe('an update by TUF', () => {
  it('keeps root and signing config, which are then used without a network', async () => {
    const place = new Place();
    const updated = await place.update();
    expect(updated.versions).toEqual({ root: 1, timestamp: 1 });
    expect(updated.refused).toBeUndefined();
    const cached = await readTrustCache(place.choice, new Date());
    expect(cached.copy.trustedRoot.equals(ROOT)).toBe(true);
    expect(cached.copy.signingConfig?.equals(CONFIG)).toBe(true);
    expect(cached.ageDays).toBe(0);
  });

  it('follows new keys of every role, and takes a lower version of new keys', async () => {
    const place = new Place();
    await place.update();
    const { repository } = place;
    repository.rotate(['root', 'timestamp', 'snapshot', 'targets']);
    repository.rotate(['root']);
    repository.targets = { ...TARGETS, 'trusted_root.json': NEWER_ROOT };
    repository.publish({ versions: { timestamp: 1 } });
    const updated = await place.update();
    expect(updated.versions).toEqual({ root: 3, timestamp: 1 });
    expect(updated.copy.roots).toHaveLength(2);
    expect(updated.copy.trustedRoot.equals(NEWER_ROOT)).toBe(true);
    // The next one starts at the newest root that was verified.
    repository.publish({ versions: { timestamp: 2 } });
    await place.update();
    expect(place.asked).not.toContain('/2.root.json');
    expect((await readTrustCache(place.choice, new Date())).versions.root).toBe(3);
  });

  it('does without a signing config, and says so when one is needed', async () => {
    const place = new Place({ 'trusted_root.json': ROOT });
    expect((await place.update()).copy.signingConfig).toBeUndefined();
    const error = await rejection(readSigningConfig(undefined, openTrustCache(place.choice)));
    expect([error?.code, error?.found]).toEqual([
      'SIGNING_CONFIG_INVALID',
      'no signing_config.v0.2.json in this TUF repository',
    ]);
  });

  it.each<readonly [string, Wish, string]>([
    ['an older timestamp', { versions: { timestamp: 1 } }, 'less than current version 2'],
    ['an older snapshot', { versions: { snapshot: 1 } }, 'New snapshot version 1 is less'],
    ['older targets', { versions: { targets: 1 } }, 'New version 1 of targets.json is less'],
  ])('takes no %s than before (rollback)', async (_, wish, found) => {
    const place = new Place();
    place.repository.publish();
    await place.update();
    place.repository.publish(wish);
    const text = await place.refused();
    expect(text).toContain('TRUST_UPDATE_FAILED http://127.0.0.1: ');
    expect(text).toContain(found);
  });

  it.each(['root', 'timestamp', 'snapshot', 'targets'] as const)(
    'takes no %s that has expired, however often it is served (freeze)',
    async (role) => {
      const place = new Place();
      await place.update();
      const end = new Date(Date.now() - 1000);
      const wish = { expires: { [role]: end } };
      if (role === 'root') place.repository.rotate(['root'], wish);
      place.repository.publish(wish);
      expect(await place.refused()).toMatch(/^TRUST_UPDATE_FAILED http.*expired/);
    },
  );

  it.each(['timestamp', 'snapshot', 'targets'] as const)(
    'takes no %s of another key',
    async (role) => {
      const place = new Place();
      place.repository.publish({ signers: { [role]: [newKey()] } });
      expect(await place.refused()).toMatch(
        new RegExp(`^TRUST_UPDATE_FAILED .*${role} was signed by 0/1 keys`),
      );
    },
  );

  it('takes no root that the one before did not sign', async () => {
    const place = new Place();
    place.repository.keys = { ...place.repository.keys, root: [newKey()] };
    place.repository.addRoot();
    expect(await place.refused()).toContain('root was signed by 0/1 keys');
  });

  it('takes nothing of another repository', async () => {
    const place = new Place();
    const other = new TufRepository({ ...TARGETS });
    place.answer = other.listener;
    expect(await place.refused()).toContain('timestamp was signed by 0/1 keys');
  });

  it.each<readonly [string, (place: Place) => void, RegExp]>([
    [
      'another file of the same length',
      (place) => {
        const path = targetPath(place, 'trusted_root.json');
        place.serve(path, Buffer.from(ROOT.toString('utf8').replace('2022', '2021')));
      },
      /^TRUST_UPDATE_FAILED .*Expected hash/,
    ],
    [
      'a shorter file',
      (place) => place.serve(targetPath(place, 'trusted_root.json'), ROOT.subarray(1)),
      /^TRUST_UPDATE_FAILED .*Expected length/,
    ],
    [
      'a longer file',
      (place) => place.serve(targetPath(place, 'trusted_root.json'), NEWER_ROOT),
      /^SERVICE_ANSWER_INVALID .*too long/,
    ],
    [
      'another snapshot',
      (place) => place.serve('1.snapshot.json', Buffer.from('{}')),
      /^TRUST_UPDATE_FAILED .*Expected length/,
    ],
    [
      'a timestamp that is no JSON',
      (place) => place.serve('timestamp.json', Buffer.from('<html>')),
      /^TRUST_UPDATE_FAILED .*JSON/,
    ],
    [
      'no trusted root',
      (place) => {
        place.repository.targets = { 'signing_config.v0.2.json': CONFIG };
        place.repository.publish();
      },
      /^TRUST_UPDATE_FAILED .*no target trusted_root.json/,
    ],
    [
      'a trusted root without its hash',
      (place) => {
        const targetFile = (path: string, content: Buffer): TargetFile =>
          new TargetFile({ path, length: content.length, hashes: {} });
        place.repository.publish({ targetFile });
        place.serve('targets/undefined.trusted_root.json', ROOT);
        place.serve('targets/undefined.signing_config.v0.2.json', CONFIG);
      },
      /^TRUST_UPDATE_FAILED .*: another hash/,
    ],
    [
      'a target of gigabytes',
      (place) => {
        const targetFile = (path: string, content: Buffer): TargetFile =>
          new TargetFile({ ...targetFileOf(path, content), path, length: 2 ** 33 });
        place.repository.publish({ targetFile });
      },
      /^TRUST_UPDATE_FAILED .*a target of 8589934592 bytes/,
    ],
    [
      'a trusted root that cannot be used',
      (place) => {
        place.repository.targets = { 'trusted_root.json': Buffer.from('{}') };
        place.repository.publish();
      },
      /^TRUSTED_ROOT_INVALID /,
    ],
    [
      'a signing config that cannot be used',
      (place) => {
        const config = Buffer.from('{"mediaType": "x"}');
        place.repository.targets = { ...TARGETS, 'signing_config.v0.2.json': config };
        place.repository.publish();
      },
      /^SIGNING_CONFIG_INVALID /,
    ],
  ])('takes no %s', async (_, change, found) => {
    const place = new Place();
    change(place);
    expect(await place.refused()).toMatch(found);
  });

  it('asks for nothing but what it needs, and gives no token away', async () => {
    const place = new Place();
    const heard = await withServer(place.repository.listener, async (mirror) => {
      const signal = new AbortController().signal;
      await updateTrustCache({ ...place.choice, mirror }, new Date(), signal);
    });
    expect(heard).toHaveLength(6);
    for (const { method, headers, body } of heard) {
      expect([method, body]).toEqual(['GET', '']);
      expect(Object.keys(headers).toSorted()).toEqual(['connection', 'host']);
    }
  });

  it('stops reading what has no end', async () => {
    const place = new Place();
    place.answer = (_, response) => {
      response.writeHead(200);
      const flood = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
        if (!response.destroyed) response.once('drain', flood);
      };
      flood();
    };
    expect(await place.refused()).toMatch(/^SERVICE_ANSWER_INVALID http.*too long/);
  });

  it('follows no redirect', async () => {
    const place = new Place();
    const asked = await withServer(place.repository.listener, async (elsewhere) => {
      place.answer = (request, response) => {
        response.writeHead(302, { location: `${elsewhere}${request.url}` }).end();
      };
      expect(await place.refused()).toMatch(/^SERVICE_FAILED http.*status 302/);
    });
    expect(asked).toEqual([]);
  });

  it.each([500, 429, 404])('is refused when the mirror answers %i', async (status) => {
    const place = new Place();
    place.answer = (_, response) => response.writeHead(status).end();
    expect(await place.refused()).toBe(
      `SERVICE_FAILED http://127.0.0.1: status ${status} from the TUF mirror`,
    );
  });

  it('is refused when the mirror is down; the former copy is used on, with its age', async () => {
    const place = new Place();
    const now = Date.now();
    await place.update();
    const mirror = await deadAddress();
    const choice = { ...place.choice, mirror };
    const error = await rejection(
      updateTrustCache(choice, new Date(), new AbortController().signal),
    );
    expect([error?.code, error?.at]).toEqual(['SERVICE_UNREACHABLE', mirror]);
    const later = new Date(now + 29.5 * DAY_MS);
    // Its timestamp has expired since: that is judged as of the update.
    expect((await readTrustCache(place.choice, later)).ageDays).toBe(29);
  });

  it('replaces a former copy that does not verify, and says so', async () => {
    const place = new Place();
    await place.update();
    place.change((text) => text.replace(/"timestamp": "[^"]*"/, '"timestamp": "e30="'));
    const { refused } = await place.update();
    expect([refused?.code, refused?.at]).toEqual([
      'TRUST_CACHE_INVALID',
      `${join(place.folder, 'kept', Object.keys(place.kept())[0] ?? '')}#/timestamp`,
    ]);
    expect((await readTrustCache(place.choice, new Date())).versions.timestamp).toBe(1);
  });
});

describe('the public-good repository of 2026-08-21, from a mirror', () => {
  const bytes = readFileSync(
    new URL('../../../testdata/public-good/tuf-copy.json', import.meta.url),
  );
  const real = parseTrustCopy(bytes, 'tuf-copy.json');
  const answers: readonly (readonly [RegExp, Buffer | undefined])[] = [
    [/^\/timestamp\.json$/, real.timestamp],
    [/^\/165\.snapshot\.json$/, real.snapshot],
    [/^\/\d+\.targets\.json$/, real.targets],
    [/^\/targets\/[0-9a-f]+\.trusted_root\.json$/, real.trustedRoot],
    [/^\/targets\/[0-9a-f]+\.signing_config\.v0\.2\.json$/, real.signingConfig],
  ];
  const mirror: RequestListener = ({ url = '' }, response) => {
    const [, body] = answers.find(([path]) => path.test(url)) ?? [];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  };

  /** What an update at this time keeps, or why it keeps nothing; the clock of `tuf-js` is the system's. */
  async function updateAt(now: Date): Promise<{ choice: TrustCacheChoice; refused?: string }> {
    vi.useFakeTimers({ toFake: ['Date'], now });
    onTestFinished(() => void vi.useRealTimers());
    const choice = { tufRoot: undefined, environment: { AFFIDAVIT_TRUST_CACHE: scratch() } };
    let refused: string | undefined;
    await withServer(mirror, async (url) => {
      const signal = new AbortController().signal;
      const error = await rejection(updateTrustCache({ ...choice, mirror: url }, now, signal));
      refused = error && `${error.code}: ${error.found}`;
    });
    return { choice, ...(refused !== undefined && { refused }) };
  }

  it('is kept in its week, from the embedded root on, and used for 30 days', async () => {
    const now = new Date('2026-08-22T00:00:00Z');
    const { choice, refused } = await updateAt(now);
    expect(refused).toBeUndefined();
    const days = (count: number): Date => new Date(now.getTime() + count * DAY_MS);
    const { versions, copy, ageDays } = await readTrustCache(choice, days(30));
    expect([versions, ageDays]).toEqual([{ root: 16, timestamp: 762 }, 30]);
    expect(copy.trustedRoot.equals(ROOT)).toBe(true);
    const late = await rejection(readTrustCache(choice, days(31)));
    expect(late?.code).toBe('TRUST_CACHE_STALE');
  });

  it('is refused a week later, as a mirror that stands still', async () => {
    const { refused } = await updateAt(new Date('2026-08-29T00:00:00Z'));
    expect(refused).toBe('TRUST_UPDATE_FAILED: "Final timestamp.json is expired"');
  });
});

describe('the copy by TUF', () => {
  it('is what trust and signing config are read from, with its age', async () => {
    const place = new Place();
    const at = new Date(Math.floor(Date.now() / 1000) * 1000);
    await place.update(at);
    const cache = openTrustCache(place.choice);
    const { root } = await readTrust(undefined, cache);
    expect(root.source).toBe(`copy by TUF from ${place.choice.tufRoot}`);
    expect(root.updated).toEqual({ at, ageDays: 0 });
    expect((await readSigningConfig(undefined, cache)).file).toBe(root.source);
  });

  it.each<readonly [string, NodeJS.ProcessEnv, RegExp]>([
    [
      'where AFFIDAVIT_TRUST_CACHE says',
      { AFFIDAVIT_TRUST_CACHE: 'here' },
      /^here\/tuf-[0-9a-f]{16}\.json$/,
    ],
    ['else with the data of the user', {}, /affidavit\/trust\/tuf-[0-9a-f]{16}\.json$/],
    ['there too if the variable is empty', { AFFIDAVIT_TRUST_CACHE: '' }, /affidavit\/trust\/tuf-/],
    [
      'and not in a relative XDG_DATA_HOME',
      { XDG_DATA_HOME: 'data' },
      /^\/.*affidavit\/trust\/tuf-/,
    ],
  ])('is %s', async (_, environment, path) => {
    const error = await rejection(readTrustCache({ tufRoot: undefined, environment }, new Date(0)));
    expect(error?.code).toBe('TRUST_CACHE_MISSING');
    expect(error?.at).toMatch(path);
  });

  it('is for its own first root alone', async () => {
    const place = new Place();
    await place.update();
    const other = new Place();
    const choice = { ...other.choice, environment: place.choice.environment };
    expect((await rejection(readTrustCache(choice, new Date())))?.code).toBe('TRUST_CACHE_MISSING');
  });

  it.each<readonly [string, number, string | undefined]>([
    ['30 days', 30 * DAY_MS, undefined],
    ['a millisecond more', 30 * DAY_MS + 1, 'TRUST_CACHE_STALE'],
    ['less than nothing', -1, 'TRUST_CACHE_INVALID'],
  ])('may be %s old, or is refused', async (_, age, code) => {
    const at = new Date(Math.floor(Date.now() / 1000) * 1000);
    const place = new Place({ ...TARGETS }, at);
    await place.update(at);
    const error = await rejection(readTrustCache(place.choice, new Date(at.getTime() + age)));
    expect(error?.code).toBe(code);
    expect(error?.at?.endsWith('.json#/updatedAt')).toBe(code === undefined ? undefined : true);
  });

  it('gets no younger by a later time in it than its timestamp lives', async () => {
    const then = new Date(Math.floor(Date.now() / 1000) * 1000 - 40 * DAY_MS);
    const place = new Place({ ...TARGETS }, then);
    const later = place.repository.copy(new Date(then.getTime() + 20 * DAY_MS));
    const missing = await rejection(readTrustCache(place.choice, new Date()));
    const file = missing?.at ?? '';
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, encodeTrustCopy(later));
    const error = await rejection(readTrustCache(place.choice, new Date()));
    expect([error?.code, error?.at]).toEqual(['TRUST_CACHE_INVALID', `${file}#/timestamp`]);
  });

  it.each<readonly [string, (text: string) => string | Buffer, string]>([
    ['nothing', () => '', ''],
    ['no JSON', () => 'x', ''],
    ['8 MiB and more', () => Buffer.alloc(8 * 1024 * 1024 + 1, 32), ''],
    [
      'a field twice',
      (text) => text.replace('{', '{"updatedAt": "2026-01-01T00:00:00Z",'),
      '#/updatedAt',
    ],
    ['an unknown field', (text) => text.replace('{', '{"mirror": "x",'), '#/mirror'],
    ['another version', (text) => text.replace('1.0.0', '2.0.0'), '#/schemaVersion'],
    [
      'another trusted root',
      (text) =>
        text.replace(/"trustedRoot": "[^"]*"/, `"trustedRoot": "${NEWER_ROOT.toString('base64')}"`),
      '#/trustedRoot',
    ],
    [
      'another signing config',
      (text) => text.replace(/"signingConfig": "[^"]*"/, '"signingConfig": "e30="'),
      '#/signingConfig',
    ],
    [
      'a root of somebody else',
      (text) => text.replace('"roots": []', `"roots": ["${foreignRoot()}"]`),
      '#/roots/0',
    ],
  ])('is refused with %s in it', async (_, change, pointer) => {
    const place = new Place();
    await place.update();
    place.change(change);
    const error = await rejection(readTrustCache(place.choice, new Date()));
    expect(error?.code).toBe('TRUST_CACHE_INVALID');
    expect(error?.at).toBe(
      `${join(place.folder, 'kept', Object.keys(place.kept())[0] ?? '')}${pointer}`,
    );
  });

  it('is a file: nothing is read from a directory of its name', async () => {
    const place = new Place();
    const missing = await rejection(readTrustCache(place.choice, new Date()));
    mkdirSync(missing?.at ?? '', { recursive: true });
    expect((await rejection(readTrustCache(place.choice, new Date())))?.code).toBe(
      'FILE_UNREADABLE',
    );
  });

  it('is replaced as a whole: a link there leads nowhere else', async () => {
    const place = new Place();
    const missing = await rejection(readTrustCache(place.choice, new Date()));
    const file = missing?.at ?? '';
    mkdirSync(dirname(file), { recursive: true });
    const other = join(place.folder, 'other.json');
    writeFileSync(other, 'not ours');
    symlinkSync(other, file);
    await place.update();
    expect(readFileSync(other, 'utf8')).toBe('not ours');
    expect((await readTrustCache(place.choice, new Date())).ageDays).toBe(0);
  });

  it.each<readonly [string, string]>([
    ['no such file', 'FILE_UNREADABLE'],
    ['{"signed": {}, "signatures": []}', 'TUF_ROOT_INVALID'],
  ])('needs a first root that can be used: %s', async (content, code) => {
    const place = new Place();
    const tufRoot = join(place.folder, content.startsWith('{') ? 'bad.json' : 'none.json');
    if (content.startsWith('{')) writeFileSync(tufRoot, content);
    const error = await rejection(readTrustCache({ ...place.choice, tufRoot }, new Date()));
    expect([error?.code, error?.at]).toEqual([code, tufRoot]);
  });
});

function targetPath({ repository }: Place, name: string): string {
  const path = [...repository.files.keys()].find((each) => each.endsWith(`.${name}`));
  if (path === undefined) throw new Error(`no ${name}`);
  return path;
}

function foreignRoot(): string {
  const other = new TufRepository({ ...TARGETS });
  other.rotate(['root']);
  return other.file('2.root.json').toString('base64');
}

it('gives up a mirror that sends one byte after the other', async () => {
  const { firstRoot } = new TufRepository({ ...TARGETS }, new Date());
  const drip: RequestListener = (_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  await withServer(drip, async (mirror) => {
    const { signal } = new AbortController();
    const update = { mirror, firstRoot, former: undefined, now: new Date(), signal };
    const error = await rejection(fetchTrustCopy({ ...update, timeoutMs: 200 }));
    expect([error?.code, error?.at]).toEqual(['SERVICE_SLOW', mirror]);
  });
});
