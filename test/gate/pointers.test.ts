import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { pointerPath, renderPointer, type Pointer } from '../../src/evidence/pointer/pointer.ts';
import { mergedPointers } from '../../src/gate/merged-pointers.ts';
import {
  comparePointers,
  type ComparedPointers,
  type PointerFiles,
} from '../../src/gate/pointers.ts';
import { MAX_POINTERS } from '../../src/limits.ts';
import { PREDICATE_TYPE_V3 } from '../../src/media-types.ts';

const DIRECTORY = 'recipes/evidence';
const RECIPE = 'h100-eks-ubuntu-training';

function pointerOf(content = 'x', more: Partial<Pointer> = {}): Pointer {
  return {
    recipe: RECIPE,
    profile: undefined,
    attestedAt: new Date('2026-09-19T02:57:39Z'),
    predicateType: PREDICATE_TYPE_V3,
    artifact: { oci: 'ghcr.io/org/evidence:x', digest: digestOf(content) },
    signer: { identity: 'a@b.example', issuer: 'https://issuer.example', rekorLogIndex: undefined },
    ...more,
  };
}

const GOOD = pointerOf();
const PATH = pointerPath(GOOD);
const TEXT = renderPointer(GOOD);

function filesOf(files: Readonly<Record<string, string>>, faults: PointerFiles['faults'] = []) {
  const read = Object.entries(files).map(
    ([path, text]) => [path, { id: digestOf(text), bytes: Buffer.from(text) }] as const,
  );
  return { files: new Map(read), faults };
}

function compare(
  base: Readonly<Record<string, string>>,
  head: Readonly<Record<string, string>>,
): ComparedPointers {
  return comparePointers(
    DIRECTORY,
    { base: filesOf(base), head: filesOf(head) },
    new Set([RECIPE]),
  );
}

const UNSIGNED = renderPointer(pointerOf('x', { signer: undefined }));

describe('the pointers of a change', () => {
  it('are added, signed or waiting for it, each in its place', () => {
    const added = compare(
      {},
      { [PATH]: TEXT, [`${RECIPE}.yaml`]: UNSIGNED, 'allowlist.yaml': 'x' },
    );
    expect(added).toMatchObject({ breaches: [], findings: [], removed: [], orphans: [] });
    expect([...added.touched.keys()]).toEqual([RECIPE]);
    expect([...added.pointed]).toEqual([RECIPE]);
    const [flat, nested] = added.pointers.get(RECIPE) ?? [];
    expect(flat).toMatchObject({ path: `${DIRECTORY}/${RECIPE}.yaml`, change: 'added' });
    expect(nested).toMatchObject({ path: `${DIRECTORY}/${PATH}`, faults: [] });
  });

  it('are moved by signing, which removes nothing', () => {
    expect(compare({ [`${RECIPE}.yaml`]: UNSIGNED }, { [PATH]: TEXT }).removed).toEqual([]);
  });

  it('are removed, and the recipe is touched and was pointed to', () => {
    const { removed, touched, pointed, breaches } = compare({ [PATH]: TEXT }, {});
    expect(removed).toEqual([{ path: `${DIRECTORY}/${PATH}` }]);
    expect([[...touched.keys()], [...pointed], breaches]).toEqual([[RECIPE], [RECIPE], []]);
  });

  it('touch nothing if they are the same', () => {
    expect(compare({ [PATH]: TEXT }, { [PATH]: TEXT }).touched.size).toBe(0);
  });

  it('are orphans if head has no such recipe', () => {
    const other = renderPointer(pointerOf('x', { recipe: 'a100-gke', signer: undefined }));
    expect(compare({}, { 'a100-gke.yaml': other }).orphans).toMatchObject([
      { path: `${DIRECTORY}/a100-gke.yaml` },
    ]);
  });

  it('may get more locations, and lose none', () => {
    const at = (...locations: string[]): string =>
      renderPointer(pointerOf('x', { affidavit: { attestation: undefined, locations } }));
    const [one, both] = [at('ghcr.io/a/b'), at('ghcr.io/c/d', 'ghcr.io/a/b')];
    expect(compare({ [PATH]: TEXT }, { [PATH]: one }).breaches).toEqual([]);
    expect(compare({ [PATH]: one }, { [PATH]: both }).breaches).toEqual([]);
    expect(compare({ [PATH]: both }, { [PATH]: one }).breaches).toMatchObject([
      { code: 'POINTER_EDITED', at: `${DIRECTORY}/${PATH}#/affidavit/locations/0`, line: 3 },
    ]);
  });

  const elsewhere = pointerPath(pointerOf('y'));
  const slug = PATH.split('/')[1] ?? '';
  it.each<[string, string, string, code: string, line: number, at: string]>([
    [
      'an edit',
      PATH,
      TEXT.replace('02:57', '03:57'),
      'POINTER_EDITED',
      2,
      '#/attestations/0/attestedAt',
    ],
    [
      'another recipe',
      PATH.replace(RECIPE, 'a100-gke'),
      TEXT,
      'POINTER_PATH_OTHER',
      10,
      '#/recipe',
    ],
    [
      'another signer',
      PATH.replace(slug, '0'.repeat(32)),
      TEXT,
      'POINTER_PATH_OTHER',
      7,
      '#/attestations/0/signer',
    ],
    ['another digest', elsewhere, TEXT, 'POINTER_PATH_OTHER', 4, '#/attestations/0/bundle/digest'],
    ['no signer in the folder of one', PATH, UNSIGNED, 'POINTER_PATH_OTHER', 2, '#/attestations/0'],
    [
      'a folder more',
      PATH.replace('/sha256', '/x/sha256'),
      TEXT,
      'POINTER_PATH_OTHER',
      4,
      '#/attestations/0/bundle/digest',
    ],
    [
      'no folder of a signer',
      `${RECIPE}/x.yaml`,
      TEXT,
      'POINTER_PATH_OTHER',
      7,
      '#/attestations/0/signer',
    ],
    ['.yml', `${RECIPE}.yml`, UNSIGNED, 'POINTER_PATH_OTHER', 7, '#/recipe'],
    [
      'another version',
      PATH,
      TEXT.replace('1.0.0', '2.0.0'),
      'SCHEMA_VERSION_UNKNOWN',
      11,
      '#/schemaVersion',
    ],
    [
      'two attestations',
      PATH,
      TEXT.replace(/( {2}- [^]*)recipe:/, '$1$1recipe:'),
      'FIELD_INVALID',
      1,
      '#/attestations',
    ],
    ['an unknown field', PATH, `${TEXT}x: 1\n`, 'FIELD_UNKNOWN', 12, '#/x'],
    [
      'a path that leads out',
      PATH,
      TEXT.replace(`recipe: ${RECIPE}`, 'recipe: ../x'),
      'FIELD_INVALID',
      10,
      '#/recipe',
    ],
    [
      'a YAML bomb',
      PATH,
      `a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n`,
      'DOCUMENT_UNSUPPORTED',
      1,
      '',
    ],
  ])('are a breach with %s, which says where', (name, ...[path, text, code, line, at]) => {
    const base = name === 'an edit' ? { [path]: TEXT } : {};
    const { breaches, findings } = compare(base, { [path]: text });
    expect(breaches).toMatchObject([{ code, file: `${DIRECTORY}/${path}`, line }]);
    expect(breaches[0]?.at?.slice(`${DIRECTORY}/${path}`.length).startsWith(at)).toBe(true);
    expect(findings).toEqual([]);
    // What base has already is no fault of the change.
    const old = compare({ [path]: text }, { [path]: text });
    expect(old).toMatchObject({ breaches: [], findings: name === 'an edit' ? [] : [{ code }] });
  });

  it('are a breach by what git says of them, unless base has it too', () => {
    const fault = {
      ...({ code: 'GIT_ENTRY_UNEXPECTED', at: `${DIRECTORY}/${PATH}`, found: 'a link' } as const),
      ...{ expected: 'a file', hint: 'commit a file' },
    };
    const sides = [filesOf({}), filesOf({}, [fault])] as const;
    const names = new Set([RECIPE]);
    const brought = comparePointers(DIRECTORY, { base: sides[0], head: sides[1] }, names);
    expect(brought).toMatchObject({ breaches: [{ ...fault, line: 1 }], findings: [] });
    const unread = { path: `${DIRECTORY}/${PATH}`, pointer: undefined, faults: [fault] };
    expect(brought.pointers.get(RECIPE)).toMatchObject([{ ...unread, change: 'added' }]);
    const old = comparePointers(DIRECTORY, { base: sides[1], head: sides[1] }, names);
    expect(old).toMatchObject({ breaches: [], findings: [fault] });
    expect(old.pointers.get(RECIPE)).toMatchObject([{ ...unread, change: 'same' }]);
    // What base got or lost since is none of the change.
    const [none, link] = sides;
    expect(mergedPointers(none, link, none).faults).toEqual([fault]);
    expect(mergedPointers(link, none, link).faults).toEqual([]);
    expect(mergedPointers(none, none, link).faults).toEqual([fault]);
  });

  it('are at most so many of one recipe, of which those of the change come first', () => {
    const names = Array.from({ length: 2 * MAX_POINTERS }, (_, index) => pointerOf(`${index}`));
    const all = Object.fromEntries(names.map((each) => [pointerPath(each), renderPointer(each)]));
    const { breaches, pointers } = compare({}, all);
    expect(breaches).toMatchObject([{ code: 'LIMIT_EXCEEDED', at: `${DIRECTORY}/${RECIPE}` }]);
    expect(pointers.get(RECIPE)).toHaveLength(MAX_POINTERS);
    const more = compare(all, { ...all, [PATH]: TEXT });
    expect(more).toMatchObject({ breaches: [], findings: [{ code: 'LIMIT_EXCEEDED' }] });
    expect(more.pointers.get(RECIPE)?.filter(({ change }) => change === 'added')).toHaveLength(1);
  });
});
