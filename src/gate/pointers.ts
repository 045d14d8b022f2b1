// The pointers of two commits: which a change adds, edits and removes, and which break the contract.

import { compareBytes } from '../compare-bytes.ts';
import type { Digest } from '../digest.ts';
import { differences } from '../document/differences.ts';
import { decodeYaml } from '../document/yaml.ts';
import { faultKey, faultOf, orIfRefused, type Fault } from '../errors/evidence-error.ts';
import { located, type LintFinding } from '../evidence/lint/lint.ts';
import { misplaced } from '../evidence/pointer/pointer-place.ts';
import { parsePointer, renderPointer, type Pointer } from '../evidence/pointer/pointer.ts';
import { MAX_POINTERS } from '../limits.ts';
import { quote } from '../quote.ts';
import { faultJson } from '../report/json.ts';
import { ALLOWLIST, allowlistFaults } from './allowlist-file.ts';
import type { PlacedFault, PointerPlace } from './gate-json.ts';
import { isRelocated, touchedOf, type TouchedPointer } from './touched-pointers.ts';

/** What a commit has below its directory of evidence, as `readCommitFiles` reads it. */
export interface PointerFiles {
  readonly files: ReadonlyMap<string, { readonly id: string; readonly bytes: Uint8Array }>;
  readonly faults: readonly Fault[];
}

/** Of two commits. */
export interface PointerSides {
  readonly base: PointerFiles;
  readonly head: PointerFiles;
}

export interface GatePointer {
  /** From the root of the repository. */
  readonly path: string;
  readonly recipe: string;
  /** Undefined if it cannot be read. */
  readonly pointer: Pointer | undefined;
  readonly bytes: Uint8Array;
  readonly change: 'added' | 'edited' | 'same';
  /** How it breaks the contract: then it is good for nothing. */
  readonly faults: readonly Fault[];
}

export interface ComparedPointers {
  readonly breaches: readonly PlacedFault[];
  /** Breaches that base has too. */
  readonly findings: readonly PlacedFault[];
  readonly removed: readonly PointerPlace[];
  readonly orphans: readonly Pick<GatePointer, 'path' | 'bytes'>[];
  /** Those of head, by recipe; of each recipe in the order of their paths. */
  readonly pointers: ReadonlyMap<string, readonly GatePointer[]>;
  /** Recipes that have a pointer at base or head. */
  readonly pointed: ReadonlySet<string>;
  /** By the recipe: what the change touches of its pointers. */
  readonly touched: ReadonlyMap<string, readonly TouchedPointer[]>;
}

/**
 * Compares the pointers of two commits.
 *
 * @param directory of the evidence, from the root of the repository
 * @param base that of head, if there is none to compare with
 * @param recipes the names of those of head; undefined if nobody can tell
 */
export function comparePointers(
  directory: string,
  { base, head }: PointerSides,
  recipes: ReadonlySet<string> | undefined,
): ComparedPointers {
  const before = read(directory, base);
  const after = read(directory, head, before);
  const changes = withShared([...after].map(([name, file]) => changeOf(file, before.get(name))));
  const gone = [...before].flatMap(([name, file]) => (after.has(name) ? [] : [file]));
  const groups = byRecipe(changes);
  const known = new Set(faultsApart(directory, base, byRecipe([...before.values()])).map(faultKey));
  const others = faultsApart(directory, head, groups);
  const [same, changed] = [changes.filter(isSame), changes.filter((file) => !isSame(file))];
  const list = allowlistOf(directory, { base, head });
  const sources = [...changes, ...list].map(({ path, bytes }) => ({ file: path, bytes }));
  const placed = (faults: readonly Fault[]): readonly PlacedFault[] =>
    located(faults, sources, directory).map(placedFault);
  return {
    // What is about more than one file comes first: of very many not all are told.
    breaches: placed([
      ...others.filter((fault) => !known.has(faultKey(fault))),
      ...[...changed, ...list.filter((file) => !isSame(file))].flatMap(faultsOf),
    ]),
    findings: placed([
      ...others.filter((fault) => known.has(faultKey(fault))),
      ...[...same, ...list.filter(isSame)].flatMap(faultsOf),
    ]),
    removed: gone.filter((file) => !isRelocated(file, groups)).map(({ path }) => ({ path })),
    // One that only lies elsewhere is told with its place.
    orphans: changes.filter(
      ({ recipe, pointer = { recipe } }) =>
        recipes?.has(recipe) === false && !recipes.has(pointer.recipe),
    ),
    pointers: new Map([...groups].map(([name, group]) => [name, mostWanted(group)])),
    pointed: new Set([...before.values(), ...changes].map(({ recipe }) => recipe)),
    touched: touchedOf(changed, gone, groups),
  };
}

/** Recipes that have a pointer at base or head, by the places of these. */
export function pointedIn(directory: string, { base, head }: PointerSides): ReadonlySet<string> {
  const names = [base, head].flatMap(({ files, faults }) => [
    ...[...files.keys()].filter(isPointerName),
    ...faults.filter((fault) => !isApart(fault)).map((fault) => nameIn(directory, fault)),
  ]);
  return new Set(names.map(recipeAt));
}

/** To which the pointers of head lead. */
export function artifactsOf({ pointers }: ComparedPointers): ReadonlySet<Digest> {
  const all = [...pointers.values()].flat();
  return new Set(all.flatMap(({ pointer }) => pointer?.artifact?.digest ?? []));
}

interface ReadFile {
  readonly path: string;
  /** By its place, whatever it says. */
  readonly recipe: string;
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly pointer: Pointer | undefined;
  readonly faults: readonly Fault[];
}

function artifactOf({ pointer }: Pick<ReadFile, 'pointer'>): string | undefined {
  return pointer?.artifact?.digest;
}

interface ChangedFile extends ReadFile {
  readonly change: GatePointer['change'];
}

function byRecipe<T extends ReadFile>(files: readonly T[]): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(files, ({ recipe }) => recipe);
}

function isSame({ change }: Pick<ChangedFile, 'change'>): boolean {
  return change === 'same';
}

function faultsOf({ faults }: Pick<ReadFile, 'faults'>): readonly Fault[] {
  return faults;
}

/** Whether it is read: only YAML can be a pointer, or the allowlist of AICR. @param name below the directory */
export function isEvidenceName(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

function isPointerName(name: string): boolean {
  return isEvidenceName(name) && name !== ALLOWLIST;
}

/** The allowlist of AICR lies beside the pointers. */
function allowlistOf(
  directory: string,
  { base, head }: PointerSides,
): readonly Pick<ChangedFile, 'path' | 'bytes' | 'change' | 'faults'>[] {
  const file = head.files.get(ALLOWLIST);
  if (file === undefined) return [];
  const path = `${directory}/${ALLOWLIST}`;
  const isOld = base.files.get(ALLOWLIST)?.id === file.id;
  const faults = allowlistFaults(path, file.bytes);
  return [{ path, bytes: file.bytes, change: isOld ? 'same' : 'edited', faults }];
}

/** @param known of the other side: what is the same there is not read again */
function read(
  directory: string,
  { files, faults }: PointerFiles,
  known: ReadonlyMap<string, ReadFile> = new Map(),
): ReadonlyMap<string, ReadFile> {
  const pointers = [...files].filter(([name]) => isPointerName(name));
  const all = new Map<string, ReadFile>(
    pointers.map(([name, file]) => {
      const same = known.get(name);
      const isKnown = same?.id === file.id;
      return [name, isKnown ? same : readOne(`${directory}/${name}`, name, file)];
    }),
  );
  for (const fault of faults) {
    if (isApart(fault)) continue;
    const name = nameIn(directory, fault);
    const nothing = { id: faultKey(fault), bytes: new Uint8Array(), pointer: undefined };
    all.set(name, { ...nothing, path: fault.at ?? '', recipe: recipeAt(name), faults: [fault] });
  }
  return new Map([...all].toSorted(([a], [b]) => compareBytes(a, b)));
}

/** Whether it is of no pointer, or of one whose path it cannot write as it is. */
function isApart({ at = '' }: Fault): boolean {
  return at.includes('\\') || at.endsWith(`/${ALLOWLIST}`);
}

function nameIn(directory: string, { at = '' }: Fault): string {
  return at.slice(directory.length + 1);
}

/** Whose pointer lies there, whatever it says. */
function recipeAt(name: string): string {
  const [first = '', ...rest] = name.split('/');
  return rest.length === 0 ? first.replace(/\.ya?ml$/i, '') : first;
}

function readOne(
  path: string,
  name: string,
  { id, bytes }: { readonly id: string; readonly bytes: Uint8Array },
): ReadFile {
  const place = name.split('/');
  const recipe = recipeAt(name);
  return orIfRefused(
    (): ReadFile => {
      const pointer = parsePointer(bytes, path);
      const faults = misplaced(pointer, place, { file: path, mayBeFlat: true });
      return { path, recipe, id, bytes, pointer, faults };
    },
    (error) => ({ path, recipe, id, bytes, pointer: undefined, faults: [faultOf(error)] }),
  );
}

function changeOf(file: ReadFile, before: ReadFile | undefined): ChangedFile {
  if (before === undefined) return { ...file, change: 'added' };
  if (before.id === file.id) return { ...file, change: 'same' };
  const isAllowed = before.pointer === undefined || addsLocations(before.pointer, file.pointer);
  if (isAllowed || file.pointer === undefined) return { ...file, change: 'edited' };
  const fault: Fault = {
    code: 'POINTER_EDITED',
    at: `${file.path}#${editedField(before, file)}`,
    found: 'another pointer than at base',
    expected: 'the same one: pointers are added, and only affidavit.locations of one may grow',
    hint: 'put it back as it was, and commit new evidence with a pointer of its own',
  };
  return { ...file, change: 'edited', faults: [...file.faults, fault] };
}

/** The first one that differs; one of the locations only if nothing else does. */
function editedField(before: ReadFile, after: ReadFile): string {
  const [old, now] = [before, after].map(({ bytes, path }) => decodeYaml(bytes, path));
  const fields = [...differences(now, old)].map(({ pointer }) => pointer);
  return fields.find((field) => !field.startsWith('/affidavit/locations')) ?? fields[0] ?? '';
}

/** A bundle is of one recipe: whoever adds a pointer of another one to it is wrong. */
function withShared(changes: readonly ChangedFile[]): readonly ChangedFile[] {
  const groups = Map.groupBy(changes, artifactOf);
  return changes.map((file) => {
    const digest = artifactOf(file);
    if (digest === undefined || isSame(file)) return file;
    const other = groups.get(digest)?.find(({ recipe }) => recipe !== file.recipe);
    if (other === undefined) return file;
    const fault: Fault = {
      code: 'POINTER_SHARED',
      at: `${file.path}#/attestations/0/bundle/digest`,
      found: `${digest}, to which ${other.path} leads too`,
      expected: 'a bundle of its own for each recipe',
      hint: 'remove the pointer of the recipe that the evidence is not of, and have evidence made for it',
    };
    return { ...file, faults: [...file.faults, fault] };
  });
}

/** Then its bundle may still be judged, to say which of the pointers is wrong. */
export function isOnlyShared({ faults }: Pick<GatePointer, 'faults'>): boolean {
  return faults.length > 0 && faults.every(({ code }) => code === 'POINTER_SHARED');
}

function addsLocations(before: Pointer, after: Pointer | undefined): boolean {
  if (after === undefined || withoutLocations(before) !== withoutLocations(after)) return false;
  const locations = new Set(after.affidavit?.locations);
  return before.affidavit?.locations.every((location) => locations.has(location)) ?? true;
}

function withoutLocations(pointer: Pointer): string {
  const { affidavit = { attestation: undefined } } = pointer;
  return renderPointer({ ...pointer, affidavit: { ...affidavit, locations: [] } });
}

/** Of no one pointer. */
function faultsApart(
  directory: string,
  { faults }: PointerFiles,
  groups: ReadonlyMap<string, readonly ReadFile[]>,
): readonly Fault[] {
  const crowded = [...groups].filter(([, group]) => group.length > MAX_POINTERS);
  const limits = crowded.map(([recipe]): Fault => ({
    code: 'LIMIT_EXCEEDED',
    at: `${directory}/${recipe}`,
    found: `more than ${MAX_POINTERS} pointers of ${quote(recipe)}`,
    expected: `at most ${MAX_POINTERS} for one recipe`,
    hint: 'remove old pointers of this recipe, and add one for each new piece of evidence',
  }));
  return [...faults.filter(isApart), ...limits];
}

/** What the change brings comes first: all of it has to be good. Beyond the limit nothing is judged, which is a breach. */
function mostWanted(group: readonly ChangedFile[]): readonly GatePointer[] {
  const told = [...group.filter((file) => !isSame(file)), ...group.filter(isSame)];
  return told.slice(0, MAX_POINTERS).toSorted((a, b) => compareBytes(a.path, b.path));
}

/** Without what only `lint` tells. */
export function placedFault({ file, line, ...fault }: LintFinding): PlacedFault {
  const { column: _, severity: __, pointer: ___, ...rest } = fault;
  return { ...faultJson(rest), file, line };
}
