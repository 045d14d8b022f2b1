// `evidence publish` that fails or is interrupted anywhere, and then runs once more.
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import timers from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { parsePointer } from '../../src/evidence/pointer/pointer.ts';
import { EPOCH, OUT, start, type Workplace } from '../e2e/emit.ts';
import { propertyRuns } from '../property-runs.ts';
import type { TestRegistry } from './call.ts';
import { LEFT, publish, tags, withPlace, type Published } from './publish.ts';

const POINTER = 'pointer.yaml';
/** Without any way to sign: what was signed before is used, or the command fails. */
const GOES_ON = ['--trusted-root', `${LEFT}.sandbox/trusted_root.json`, '--pointer', POINTER];

/** What is there when nothing fails. */
interface Whole extends Pick<Published, 'stdout'> {
  readonly left: Buffer;
  readonly pointer: string;
  readonly manifests: ReadonlyMap<string, unknown>;
  readonly blobs: ReadonlyMap<string, Buffer>;
  /** The requests. */
  readonly asked: readonly string[];
}

/** Signs once, and publishes that without a fault. */
async function published(target: string, place: Workplace, registry: TestRegistry): Promise<Whole> {
  registry.faults.loses = true;
  await publish(place, OUT, target, '--sandbox');
  registry.faults.loses = false;
  const left = readFileSync(place.path(LEFT));
  empty(registry);
  const { code, stdout } = await publish(place, OUT, target, ...GOES_ON);
  expect(code).toBe(0);
  const pointer = readFileSync(place.path(POINTER), 'utf8');
  const manifests = new Map(registry.manifests);
  const blobs = new Map(registry.blobs);
  return { stdout, left, pointer, manifests, blobs, asked: [...registry.asked] };
}

function empty({ manifests, blobs, uploads, asked }: TestRegistry): void {
  for (const store of [manifests, blobs, uploads]) store.clear();
  asked.length = 0;
}

/** Whatever a tag names is whole, with its signature; a pointer names nothing without a tag. */
function requireConsistent(place: Workplace, registry: TestRegistry, whole: Whole): void {
  const named = tags(registry).filter((name) => !name.includes(':sha256-'));
  if (named.length > 0) {
    expect([...registry.manifests.keys()]).toEqual(
      expect.arrayContaining([...whole.manifests.keys()]),
    );
    expect(registry.blobs).toEqual(whole.blobs);
  }
  if (!existsSync(place.path(POINTER))) return;
  const { artifact } = parsePointer(readFileSync(place.path(POINTER)), POINTER);
  expect(named.map((name) => `${registry.host}/${name}`)).toEqual([artifact?.oci]);
}

/** Each request fails in one of these ways, and in `./dev check` in all of them. */
const WAYS = 3;
const MOST_WAYS = propertyRuns(1, WAYS);

/** What is done to a request, from 1 on; undefined: it is answered. */
type Fault = (request: number) => ((response: ServerResponse) => unknown) | undefined;

/** Fails at each request in turn, and is run again without a fault. */
async function eachRequest(way: number, faultAt: (wrong: number) => Fault): Promise<number> {
  let failures = 0;
  await withPlace({}, async (target, place, registry) => {
    const whole = await published(target, place, registry);
    for (const [index, line] of whole.asked.entries()) {
      if ((index + way) % WAYS >= MOST_WAYS) continue;
      empty(registry);
      place.write(LEFT, whole.left);
      chmodSync(place.path(LEFT), 0o600);
      rmSync(place.path(POINTER), { force: true });
      const fault = faultAt(index + 1);
      registry.faults.first = (_, response) => {
        const answer = fault(registry.asked.length);
        answer?.(response);
        return answer !== undefined;
      };
      const broken = await publish(place, OUT, target, ...GOES_ON);
      registry.faults.first = undefined;
      expect(broken.code === 0 ? '' : `${broken.code} at ${line}`).toMatch(/^(?:3 at .*)?$/);
      requireConsistent(place, registry, whole);
      expect(existsSync(place.path(LEFT))).toBe(broken.code === 3);
      if (broken.code === 0) continue;
      failures += 1;
      const again = await publish(place, OUT, target, ...GOES_ON);
      expect([line, again.code, again.stdout]).toEqual([line, 0, whole.stdout]);
      expect(again.stderr).toContain(`going on with the signature in ${LEFT}`);
      expect(readFileSync(place.path(POINTER), 'utf8')).toBe(whole.pointer);
      expect(registry.manifests).toEqual(whole.manifests);
      requireConsistent(place, registry, whole);
    }
  });
  return failures;
}

const refused = (response: ServerResponse): unknown => response.writeHead(403).end();
const cut = (response: ServerResponse): unknown => response.socket?.destroy();

describe('evidence publish that fails', () => {
  beforeEach(() => {
    // Nobody waits before a repetition.
    const pause = vi.spyOn(timers, 'setTimeout');
    pause.mockImplementation(async (_, value) => await Promise.resolve(value));
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each<[string, number, boolean, (wrong: number) => Fault]>([
    ['that is refused', 0, true, (wrong) => (request) => (request === wrong ? refused : undefined)],
    [
      'from which on all are cut',
      1,
      true,
      (wrong) => (request) => (request < wrong ? undefined : cut),
    ],
    ['that is cut once', 2, false, (wrong) => (request) => (request === wrong ? cut : undefined)],
  ])('at any request %s leaves nothing incomplete, and signs nothing twice', async (...row) => {
    const [, way, fails, faultAt] = row;
    const failures = await eachRequest(way, faultAt);
    expect(failures > 6).toBe(fails);
  });
});

describe('evidence publish that is interrupted', () => {
  it.each([
    ['an upload deletes it, and leaves no artifact', 'PATCH', /./, 0],
    ['the upload of the artifact leaves blobs that nothing refers to', 'PUT', /manifests/, 2],
  ])('during %s: 130; the same again ends it', async (_, held, path, blobs) => {
    await withPlace({}, async (target, place, registry) => {
      const words = ['evidence', 'publish', OUT, target, '--no-sign'];
      const reached = new Promise<void>((resolve) => {
        registry.faults.first = ({ method, url = '' }) => {
          const isHeld = method === held && path.test(url);
          if (isHeld) resolve();
          return isHeld;
        };
      });
      const { child, ended, stderr } = start(place, words, EPOCH);
      await reached;
      const [upload] = registry.uploads.keys();
      child.kill('SIGINT');
      expect(await ended).toEqual({ code: 130, signal: null });
      expect(stderr()).toContain('error: INTERRUPTED');
      const last = registry.asked.at(-1) ?? '';
      expect(last.startsWith(`DELETE /v2/evidence/blobs/uploads/${upload}?`)).toBe(blobs === 0);
      expect([registry.uploads.size, registry.blobs.size]).toEqual([0, blobs]);
      expect(registry.manifests.size).toBe(0);
      registry.faults.first = undefined;
      const run = await publish(place, OUT, target, '--no-sign');
      expect(run.code).toBe(0);
      const layer = readFileSync(place.path(OUT));
      expect(registry.blobs.get(digestOf(layer))?.equals(layer)).toBe(true);
    });
  });
});
