// `evidence sign POINTER…` against a registry in this process. How it signs and attaches: evidence-publish.test.ts.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parsePointer, renderPointer, type Pointer } from '../../src/evidence/pointer/pointer.ts';
import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { aicrBundle, unsignedAicr } from '../e2e/aicr-bundle.ts';
import { EPOCH, INPUTS, OUT, UNSIGNED, Workplace } from '../e2e/emit.ts';
import { archiveOf, makeEvidence } from '../e2e/evidence.ts';
import { callsOf, setting } from '../e2e/resuming.ts';
import type { Run } from '../run-cli.ts';
import { refuse, type TestRegistry } from './call.ts';
import { pushBundle } from './evidence.ts';
import { runPrinted } from './publish.ts';
import { withRegistry } from './registry.ts';

const TREE = 'recipes/evidence';
const FLAT = `${TREE}/h100-eks-ubuntu-training-kubeflow.yaml`;
const LEFT = `${FLAT}.attestation.json`;
const GOES_ON = `going on with the signature in ${LEFT}`;

interface Unsigned {
  readonly place: Workplace;
  readonly registry: TestRegistry;
  /** Of the artifact. */
  readonly digest: string;
  /** Signs it, or these. */
  readonly sign: (...words: readonly string[]) => Promise<Run>;
}

let packed: Buffer | undefined;

/** What a contributor did: pushed it unsigned, perhaps to several places, and has the pointer. */
async function withUnsigned(
  use: (unsigned: Unsigned) => Promise<void>,
  {
    copies = [],
    typed = copies,
    recipe,
  }: { copies?: readonly string[]; typed?: readonly string[]; recipe?: [string, string] } = {},
): Promise<void> {
  const place = new Workplace();
  if (packed === undefined || recipe !== undefined) {
    if (recipe !== undefined) place.edit('recipe.yaml', ...recipe);
    await place.validate([...INPUTS, ...UNSIGNED], { env: EPOCH });
    if (recipe === undefined) packed = readFileSync(place.path(OUT));
  } else {
    place.write(OUT, packed);
  }
  mkdirSync(place.path(TREE), { recursive: true });
  await withRegistry({}, async (registry) => {
    const targets = ['evidence', ...copies].map((name) => `oci://${registry.host}/${name}`);
    const words = ['evidence', 'publish', OUT, ...targets, '--no-sign', '--evidence-dir', TREE];
    const { stdout } = await place.run(words);
    const digest = /@(sha256:[0-9a-f]{64})\n/.exec(stdout)?.[1] ?? '';
    expect(tree(place)).toEqual([FLAT]);
    registry.asked.length = 0;
    const sign = async (...more: readonly string[]): Promise<Run> => {
      const paths = more.some((word) => word.endsWith('.yaml')) ? [] : [FLAT];
      const locations = typed.flatMap((name) => ['--location', `${registry.host}/${name}`]);
      const flags = ['--sandbox', '--registry', registry.host, ...locations];
      return await place.run(['evidence', 'sign', ...paths, ...more, ...flags]);
    };
    await use({ place, registry, digest, sign });
  });
}

/** All files of pointers, and what is left beside them. */
function tree(place: Workplace): readonly string[] {
  return readdirSync(place.path(TREE), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('.sandbox'))
    .map(({ parentPath, name }) => `${TREE}${parentPath.slice(place.path(TREE).length)}/${name}`)
    .toSorted();
}

function pointerAt(place: Workplace, path: string): Pointer {
  return parsePointer(readFileSync(place.path(path)), path);
}

/** Signatures that are in the registry. */
function signatures({ blobs }: TestRegistry): readonly Buffer[] {
  return [...blobs.values()].filter((bytes) => bytes.includes('dsseEnvelope'));
}

interface LeftSigned {
  readonly bytes: Buffer;
  /** Makes all of it again as it was. */
  readonly reset: () => void;
}

/** Signed, and nothing could be sent: what was signed is left. */
async function leaveSigned({ registry, sign, place }: Unsigned): Promise<LeftSigned> {
  const { manifests, blobs, faults } = registry;
  const before = [[...manifests], [...blobs]] as const;
  faults.first = ({ method }, response) => {
    if (method !== 'PATCH') return false;
    refuse(response, 403, 'DENIED');
    return true;
  };
  const { code, stderr } = await sign();
  expect([code, stderr]).toEqual([3, expect.stringContaining('REGISTRY_REFUSED')]);
  expect(tree(place)).toEqual([FLAT, LEFT]);
  cpSync(place.path(TREE), place.path('before'), { recursive: true });
  const reset = (): void => {
    faults.first = () => false;
    manifests.clear();
    blobs.clear();
    for (const [name, manifest] of before[0]) manifests.set(name, manifest);
    for (const [name, blob] of before[1]) blobs.set(name, blob);
    rmSync(place.path(TREE), { recursive: true });
    cpSync(place.path('before'), place.path(TREE), { recursive: true });
  };
  reset();
  return { bytes: readFileSync(place.path(LEFT)), reset };
}

/** The n-th request is refused, and none after it. */
function failAt({ faults }: TestRegistry, failing: number): void {
  let asked = 0;
  faults.first = ({ url = '' }, response) => {
    // Without that list the one under a tag is kept, with pauses.
    if (url.includes('/referrers/')) return false;
    asked += 1;
    if (asked !== failing) return false;
    refuse(response, 403, 'DENIED');
    return true;
  };
}

describe('evidence sign POINTER', () => {
  it('signs the artifact, attaches that, and moves the pointer to its nested place', async () => {
    await withUnsigned(
      async ({ place, registry, digest, sign }) => {
        const before = pointerAt(place, FLAT);
        const run = await sign();
        expect([run.code, run.stdout]).toEqual([0, `${registry.host}/evidence@${digest}\n`]);
        const [nested = '', ...more] = tree(place);
        expect(more).toEqual([]);
        expect(nested).toMatch(
          new RegExp(`^${FLAT.replace('.yaml', '')}/\\w+/sha256-${digest.slice(7)}\\.yaml$`),
        );
        const { signer, affidavit, ...pointer } = pointerAt(place, nested);
        expect(pointer).toEqual({ ...before, affidavit: undefined, signer: undefined, ...pointer });
        expect(pointer.artifact).toEqual(before.artifact);
        expect(signer).toMatchObject({ identity: SANDBOX_IDENTITY, issuer: SANDBOX_ISSUER });
        expect(affidavit?.locations).toEqual([`${registry.host}/copy`]);
        for (const name of ['evidence', 'copy']) {
          expect(registry.manifests.has(`${name}@${affidavit?.attestation}`)).toBe(true);
        }
        const pin = ['--certificate-identity', SANDBOX_IDENTITY];
        const root = ['--trusted-root', `${LEFT}.sandbox/trusted_root.json`];
        const words = ['verify-evidence', nested, '--registry', registry.host, ...root, ...pin];
        const verified = await place.run([...words, '--certificate-oidc-issuer', SANDBOX_ISSUER]);
        expect(verified.code).toBe(0);
        expect(run.stderr).toMatch(/^!! SANDBOX !! /m);
        expect((await runPrinted(place, run, 'verify')).code).toBe(0);
        registry.asked.length = 0;
        const again = await sign(nested);
        expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('signed already')]);
        expect([registry.asked, tree(place)]).toEqual([[], [nested]]);
      },
      { copies: ['copy'] },
    );
  }, 30_000);

  it('leaves one pointer whatever fails, and goes on without a second signature', async () => {
    await withUnsigned(async (unsigned) => {
      const { place, registry, digest, sign } = unsigned;
      const { bytes, reset } = await leaveSigned(unsigned);
      const codes: Run['code'][] = [];
      for (let failing = 1; codes.at(-1) !== 0; failing += 1) {
        failAt(registry, failing);
        const { code } = await sign();
        codes.push(code);
        const after = tree(place);
        expect(after).toEqual(code === 0 ? after : [FLAT, LEFT]);
        const again = code === 0 ? { code, stderr: GOES_ON } : await sign();
        expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining(GOES_ON) });
        const [nested = '', ...more] = tree(place);
        expect([more, pointerAt(place, nested).artifact?.digest]).toEqual([[], digest]);
        expect(signatures(registry).map((each) => each.equals(bytes))).toEqual([true]);
        reset();
      }
      expect(codes.length).toBeGreaterThan(8);
      expect(new Set(codes)).toEqual(new Set([3, 0]));
    });
  }, 60_000);

  it('finishes what was stopped before the old pointer was removed', async () => {
    await withUnsigned(async (unsigned) => {
      const { place, registry, sign } = unsigned;
      const { reset } = await leaveSigned(unsigned);
      expect((await sign()).code).toBe(0);
      const [nested = ''] = tree(place);
      const signed = readFileSync(place.path(nested));
      // As after kill -9 there.
      reset();
      place.write(nested, signed);
      expect((await sign()).code).toBe(0);
      expect([tree(place), readFileSync(place.path(nested))]).toEqual([[nested], signed]);
      expect(signatures(registry)).toHaveLength(1);
    });
  }, 30_000);

  it('changes no pointer that is there, unless it is forced, and removes none but the one it signed', async () => {
    await withUnsigned(async (unsigned) => {
      const { place, registry, sign } = unsigned;
      const { reset } = await leaveSigned(unsigned);
      expect((await sign()).code).toBe(0);
      const [nested = ''] = tree(place);
      const signed = readFileSync(place.path(nested));
      reset();
      const { affidavit: _, ...older } = parsePointer(signed, nested);
      place.write(nested, renderPointer(older));
      const refused = await sign();
      expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('OUTPUT_EXISTS')]);
      expect(tree(place)).toEqual([FLAT, LEFT, nested].toSorted());
      const text = readFileSync(place.path(FLAT), 'utf8');
      registry.faults.first = ({ method }) => {
        if (method === 'HEAD') place.write(FLAT, text.replace('2026-06-10', '2026-06-11'));
        return false;
      };
      const changed = await sign('--force');
      expect([changed.code, changed.stderr]).toEqual([3, expect.stringContaining('FILE_CHANGED')]);
      expect(readFileSync(place.path(nested)).equals(signed)).toBe(true);
      expect(readFileSync(place.path(FLAT), 'utf8')).toContain('2026-06-11');
    });
  }, 30_000);

  it('says it of a copy that does not take the signature, and goes on', async () => {
    await withUnsigned(
      async (unsigned) => {
        const { place, registry, sign } = unsigned;
        await leaveSigned(unsigned);
        registry.faults.first = ({ method, url = '' }, response) => {
          if (method === 'GET' || !url.startsWith('/v2/copy/')) return false;
          refuse(response, 403, 'DENIED');
          return true;
        };
        const run = await sign();
        expect([run.code, run.stderr]).toEqual([
          0,
          expect.stringMatching(/^warning: LOCATION_FAILED .*\/copy: found REGISTRY_REFUSED/m),
        ]);
        expect(pointerAt(place, tree(place)[0] ?? '').affidavit?.locations).toHaveLength(1);
      },
      { copies: ['copy'] },
    );
  }, 30_000);

  it('signs nothing if its own place cannot be reached or lacks the artifact, and says how to copy it there', async () => {
    await withUnsigned(
      async ({ place, registry, digest, sign }) => {
        registry.faults.first = ({ url = '' }, response) => {
          if (!url.startsWith('/v2/evidence/')) return false;
          refuse(response, 403, 'DENIED');
          return true;
        };
        const refused = await sign();
        expect([refused.code, tree(place)]).toEqual([3, [FLAT]]);
        registry.faults.first = () => false;
        registry.manifests.delete(`evidence@${digest}`);
        const run = await sign();
        expect([run.code, run.stderr]).toEqual([
          3,
          expect.stringContaining('error: REGISTRY_LACKS'),
        ]);
        const [from, to] = ['copy', 'evidence'].map((name) => `oci://${registry.host}/${name}`);
        expect(run.stderr.replaceAll(/\s+/g, ' ')).toContain(
          `affidavit evidence mirror ${from}@${digest} ${to}`,
        );
        expect([tree(place), registry.manifests.has(`evidence@${digest}`)]).toEqual([
          [FLAT],
          false,
        ]);
      },
      { copies: ['copy'] },
    );
  }, 30_000);

  it('writes only where the artifact is, and to another owner only if a flag names it', async () => {
    await withUnsigned(
      async (unsigned) => {
        const { place, registry, digest, sign } = unsigned;
        const { bytes, reset } = await leaveSigned(unsigned);
        const empty = `${registry.host}/org/production-image`;
        place.edit(FLAT, 'locations:\n', `locations:\n    - ${empty}\n`);
        const changes = (): readonly string[] =>
          registry.asked.filter((line) => /^(?:POST|PUT|PATCH) \/v2\/(?!evidence\/)/.test(line));
        const run = await sign();
        expect([run.code, changes()]).toEqual([0, []]);
        for (const name of [empty, `${registry.host}/copy`]) {
          expect(run.stderr).toContain(`not attached in ${name}: only the pointer names it; if`);
        }
        const [nested = ''] = tree(place);
        const locations = [empty, `${registry.host}/copy`];
        expect(pointerAt(place, nested).affidavit?.locations).toEqual(locations);
        reset();
        place.edit(FLAT, 'locations:\n', `locations:\n    - ${empty}\n`);
        const typed = await sign(...locations.flatMap((name) => ['--location', name]));
        expect([typed.code, typed.stderr]).toEqual([
          0,
          expect.stringContaining(`not attached in ${empty}: the artifact is not there\n`),
        ]);
        expect(changes().filter((line) => line.includes('/org/'))).toEqual([]);
        const { affidavit } = pointerAt(place, tree(place)[0] ?? '');
        expect(registry.manifests.has(`copy@${affidavit?.attestation}`)).toBe(true);
        expect(registry.manifests.has(`copy@${digest}`)).toBe(true);
        expect(signatures(registry).map((each) => each.equals(bytes))).toEqual([true]);
      },
      { copies: ['copy'], typed: [] },
    );
  }, 30_000);

  it('signs evidence that is not green, and says so: 1', async () => {
    await withUnsigned(
      async ({ place, sign }) => {
        const run = await sign();
        expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('warning: ')]);
        expect(pointerAt(place, tree(place)[0] ?? '').signer).toBeDefined();
      },
      { recipe: ["'>= 1.32.4'", "'>= 1.99'"] },
    );
  }, 30_000);

  it('signs what aicr packed, too', async () => {
    const evidence = await makeEvidence();
    const layer = await archiveOf(unsignedAicr(await aicrBundle(evidence)));
    const place = new Workplace();
    mkdirSync(place.path(TREE), { recursive: true });
    await withRegistry({}, async (registry) => {
      const { digest } = pushBundle(registry, layer);
      const named = `oci://${registry.host}/evidence@${digest}`;
      expect((await place.run(['evidence', 'pointer', named, ...evidence.root])).code).toBe(0);
      const [flat = ''] = tree(place);
      const words = ['evidence', 'sign', flat, '--sandbox', '--registry', registry.host];
      const { code, stderr } = await place.run(words);
      const [nested = '', ...more] = tree(place);
      expect([code, more, stderr]).toEqual([0, [], expect.stringContaining(`removed: ${flat}\n`)]);
      expect(pointerAt(place, nested).artifact?.digest).toBe(digest);
    });
  }, 30_000);

  it('signs with services as who the token says, and as no user name: no log has an entry then', async () => {
    const sandbox = await startSandbox();
    const { place, relay } = await setting(sandbox);
    mkdirSync(place.path(TREE), { recursive: true });
    await withRegistry({}, async ({ host }) => {
      const push = ['evidence', 'publish', OUT, `oci://${host}/evidence`, '--no-sign'];
      expect((await place.run([...push, '--evidence-dir', TREE])).code).toBe(0);
      const [flat = ''] = tree(place);
      const services = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];
      const words = ['evidence', 'sign', flat, '--registry', host, ...services];
      const sub = 'somebody!example.com';
      const nameless = { SIGSTORE_ID_TOKEN: sandbox.token({ email: undefined, sub }) };
      const refused = await place.run(words, { env: nameless });
      expect([refused.code, callsOf(relay), tree(place)]).toEqual([2, ['signingCert'], [flat]]);
      expect(refused.stderr).toContain('error: POINTER_UNFIT');
      const run = await place.run(words, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
      const [nested = ''] = tree(place);
      expect([run.code, pointerAt(place, nested).signer?.identity]).toEqual([0, SANDBOX_IDENTITY]);
    });
    await sandbox.close();
  }, 30_000);

  it('judges each of several by itself, and the worst counts', async () => {
    await withUnsigned(async ({ place, registry, sign }) => {
      const text = readFileSync(place.path(FLAT), 'utf8');
      const nobody = text.replaceAll(registry.host, '127.0.0.1:1');
      place.write(`${TREE}/gone.yaml`, nobody);
      place.write(`${TREE}/other.yaml`, text.replace('2026-06-10', '2026-06-11'));
      place.write(`${TREE}/none.yaml`, 'users: []\n');
      const all = [...['gone', 'other', 'none'].map((name) => `${TREE}/${name}.yaml`), FLAT];
      const run = await sign(...all, '--registry', '127.0.0.1:1');
      expect(run.code).toBe(2);
      expect([...run.stderr.matchAll(/^error: (\w+)/gm)].map(([, code]) => code)).toEqual([
        'SERVICE_UNREACHABLE',
        'POINTER_DIFFERS',
        'FIELD_MISSING',
      ]);
      const paths = tree(place);
      expect(paths.filter((path) => all.includes(path))).toEqual(all.slice(0, 3).toSorted());
      expect(paths).toHaveLength(4);
      place.write(`${TREE}/gone.yaml`, text.replaceAll('/evidence:', '/nothing:'));
      const signed = paths.find((path) => !all.includes(path)) ?? '';
      const two = await sign(`${TREE}/gone.yaml`, signed);
      expect(two.code).toBe(3);
    });
  }, 30_000);

  it.each<[string, number, string, (unsigned: Unsigned) => void]>([
    [
      'bytes that differ from the digest',
      2,
      'REGISTRY_BYTES_OTHER',
      ({ registry }) => {
        registry.faults.spoil = (bytes) => Buffer.alloc(bytes.length);
      },
    ],
    [
      'an artifact that is not there',
      3,
      'REGISTRY_LACKS',
      ({ registry, digest }) => {
        registry.manifests.delete(`evidence@${digest}`);
      },
    ],
    [
      'a registry that refuses',
      3,
      'REGISTRY_REFUSED',
      ({ registry }) => {
        registry.faults.wants = 'forbidden';
      },
    ],
    [
      'a pointer that says something else',
      2,
      'POINTER_DIFFERS',
      ({ place }) => place.edit(FLAT, '2026-06-10', '2026-06-11'),
    ],
    [
      'a layer that is no evidence',
      2,
      'ARCHIVE_UNREADABLE',
      ({ place, registry }) => {
        const manifest = pushBundle(registry, Buffer.from('no archive'));
        const { artifact, ...pointer } = pointerAt(place, FLAT);
        const other = { oci: artifact?.oci ?? '', digest: manifest.digest };
        place.write(FLAT, renderPointer({ ...pointer, artifact: other }));
      },
    ],
  ])('signs nothing of %s', async (_, code, error, change) => {
    await withUnsigned(async (unsigned) => {
      const { place, registry, sign } = unsigned;
      change(unsigned);
      const before = readFileSync(place.path(FLAT), 'utf8');
      const run = await sign();
      expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(`error: ${error} `)]);
      expect(tree(place)).toEqual([FLAT]);
      expect(readFileSync(place.path(FLAT), 'utf8')).toBe(before);
      expect(signatures(registry)).toEqual([]);
    });
  });

  it.each<[string, readonly string[], string]>([
    ['a key', [FLAT, '--key', 'signer.key'], '--key'],
    ['OUT', [FLAT, '--emit-evidence', 'out.tar.gz'], '--emit-evidence'],
    ['a form of a report', [FLAT, '--format', 'json'], '--format'],
    ['a bundle too', [FLAT, OUT], '--emit-evidence'],
    ['several bundles', [OUT, OUT, '--emit-evidence', 'out.tar.gz'], 'INPUT'],
    ['a pointer to no artifact', ['local.yaml'], 'local.yaml'],
    ['standard input', [FLAT, '--trusted-root', '-'], 'at: -'],
  ])('is called wrongly with %s: 64, and nothing is asked or signed', async (_, words, at) => {
    await withUnsigned(async ({ place, registry }) => {
      const { artifact: _artifact, ...local } = pointerAt(place, FLAT);
      place.write('local.yaml', renderPointer({ ...local, artifact: undefined }));
      const run = await place.run(['evidence', 'sign', ...words]);
      expect([run.code, run.stderr]).toEqual([64, expect.stringContaining(at)]);
      expect([registry.asked, tree(place)]).toEqual([[], [FLAT]]);
    });
  });

  it('is called wrongly before a file is missing, as wherever several become one: 64', async () => {
    await withUnsigned(async ({ place, sign }) => {
      const { artifact: _artifact, ...local } = pointerAt(place, FLAT);
      place.write('local.yaml', renderPointer({ ...local, artifact: undefined }));
      const run = await sign('gone.yaml', 'local.yaml');
      expect(run.stderr).toContain('FILE_UNREADABLE');
      expect(run.code).toBe(64);
    });
  });

  it('asks no private address that only a pointer names', async () => {
    await withUnsigned(async ({ place, registry }) => {
      const run = await place.run(['evidence', 'sign', FLAT, '--sandbox']);
      expect([run.code, run.stderr]).toEqual([
        3,
        expect.stringContaining('REGISTRY_ADDRESS_PRIVATE'),
      ]);
      expect(registry.asked).toEqual([]);
    });
  });
});
