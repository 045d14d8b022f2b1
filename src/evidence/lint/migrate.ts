// A document of recipes with the header that today's AICR reads. Nothing else of its text changes.

import { digestOf, type Digest } from '../../digest.ts';
import { isDataMap, textOf } from '../../document/data.ts';
import { acceptHeader, successorOf, type DocumentKind } from '../../document/header.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { decodeUtf8, pointerToken } from '../../document/text.ts';
import { locateIn, type Locate } from '../../document/yaml-places.ts';
import { EvidenceError, orIfRefused, type Finding } from '../../errors/evidence-error.ts';
import { AICR_GROUP_V011 } from '../../media-types.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import { canonicalText } from '../aicr/canonical-yaml.ts';
import { isSameDemand, isSamePath } from '../constraint/same-meaning.ts';
import type { TypeOf } from '../recipe/prepare-components.ts';
import { digestRecipe } from '../recipe/recipe-digest.ts';
import { parseRecipe } from '../recipe/recipe.ts';
import { apiVersionOf, isOverlay } from '../resolve/catalogue.ts';
import { readRecipeDocument, type RecipeDocument } from '../resolve/overlay.ts';
import { constraintsOf, constraintsOfPhase } from './layer-faults.ts';
import { parseLayer, type NamedFile } from './lint-file.ts';

/** What AICR hashes of one form of the document, or why there is no such digest. */
export interface Digests {
  /** Of a resolved recipe alone. */
  readonly digest: Digest | EvidenceError | undefined;
  readonly canonical: Digest | EvidenceError;
}

export interface Migration {
  readonly text: string;
  readonly before: Digests;
  readonly after: Digests;
  /** Of the document as it is now. */
  readonly findings: readonly Finding[];
}

/**
 * Gives a document the header that today's AICR reads.
 *
 * @param typeOf of the registry that has the types of components; undefined if there is none
 * @throws EvidenceError MIGRATION_REFUSED for what would mean something else; what today's readers refuse
 */
export function migrate(named: NamedFile, typeOf: TypeOf | undefined): Migration {
  const { file, bytes } = named;
  const document = readRecipeDocument(bytes, file);
  const kind = kindOf(document, named);
  const old = apiVersionOf(document);
  // An apiVersion that no AICR had is refused.
  acceptHeader(new ObjectReader(document.data, file), kind);
  const isV011 = old.startsWith(`${AICR_GROUP_V011}/`);
  const isLayer = !BY_HEADER.has(kind);
  if (isV011 && isLayer) requireSameMeaning(document);
  const text = withHeader(decodeUtf8(bytes, file), document, {
    kind,
    apiVersion: successorOf(kind, old),
  });
  const migrated = readRecipeDocument(Buffer.from(text), file);
  const before = digestsOf(document, kind, typeOf);
  const after = digestsOf(migrated, kind, typeOf);
  if (after.digest instanceof EvidenceError) throw after.digest;
  return { text, before, after, findings: findingsOf(migrated, kind) };
}

/** The kinds of documents that recipes are made of. */
const KINDS = [
  ...(['RecipeResult', 'RecipeMetadata', 'RecipeMixin', 'RecipeCriteria'] as const),
  ...(['ComponentRegistry', 'ValidatorCatalog'] as const),
] satisfies readonly DocumentKind[];

type Kind = (typeof KINDS)[number];

/** Those of which only the header is read here. */
const BY_HEADER: ReadonlySet<Kind> = new Set([
  'RecipeCriteria',
  'ComponentRegistry',
  'ValidatorCatalog',
]);

/** Up to v0.11 a resolved recipe could be a `Recipe`; without a kind, the fields tell. */
function kindOf(document: RecipeDocument, named: NamedFile): Kind {
  const { kind, data, file } = document;
  if (kind === '' && isOverlay(document)) return 'RecipeMetadata';
  if (kind === '' || kind === 'Recipe') {
    recognising('recipe', named, () => parseRecipe(data, file));
    return 'RecipeResult';
  }
  const known = KINDS.find((each) => each === kind);
  if (known !== undefined) return known;
  return recognising('recipes', named, () => {
    const hint = 'give a document of recipes';
    refuse({ code: 'KIND_UNEXPECTED', at: `${file}#/kind`, hint }, quote(kind), KINDS.join(', '));
  });
}

function findingsOf(document: RecipeDocument, kind: Kind): readonly Finding[] {
  if (!BY_HEADER.has(kind)) return parseLayer(document, 'current').findings;
  return acceptHeader(new ObjectReader(document.data, document.file), kind).findings;
}

function digestsOf(
  { data, tree, file }: RecipeDocument,
  kind: Kind,
  typeOf: TypeOf | undefined,
): Digests {
  const isResolved = kind === 'RecipeResult';
  return {
    digest: isResolved ? attempt(() => digestRecipe([data, tree], file, typeOf).digest) : undefined,
    canonical: attempt(() => digestOf(canonicalText(tree, file, 'v3'))),
  };
}

function attempt(digest: () => Digest): Digest | EvidenceError {
  return orIfRefused(digest, (error) => error);
}

/** With the header, names and expressions of constraints are read as today's AICR does. */
function requireSameMeaning(document: RecipeDocument): void {
  const { layer } = parseLayer(document, 'v0.11');
  const own = constraintsOf(layer);
  const ofPhases = (layer.phases ?? []).flatMap(constraintsOfPhase);
  for (const { name, at } of own.filter((part) => !isSamePath(part.name))) {
    refuseMeaning(`${at}/name`, name, 'a path that every AICR reads in the same way');
  }
  for (const { value, at } of [...own, ...ofPhases]) {
    const text = textOf(value, 'value');
    if (isSameDemand(text)) continue;
    refuseMeaning(`${at}/value`, text, 'a demand that every AICR reads in the same way');
  }
}

function refuseMeaning(at: string, found: string, expected: string): never {
  const hint = 'write it as it is meant today, change the header by hand, and test it again';
  const place = { code: 'MIGRATION_REFUSED', at, hint } as const;
  refuse(place, `${quote(found)}, which today's AICR reads in another way than v0.11`, expected);
}

interface HeaderFields {
  readonly kind: string;
  readonly apiVersion: string;
}

/** The text with these two values in the place of those that are there, or in lines of their own. */
function withHeader(text: string, document: RecipeDocument, fields: HeaderFields): string {
  const old: HeaderFields = { kind: document.kind, apiVersion: apiVersionOf(document) };
  const lines = text.split('\n');
  const locate = locateIn(text);
  const names = ['kind', 'apiVersion'] as const;
  for (const name of names.filter((each) => old[each] !== '')) {
    const { line, column } = locate(`/${name}`);
    const row = lines[line - 1] ?? '';
    const end = replaced(row.slice(column - 1), old[name], fields[name]);
    if (end === undefined) refuseSpelling(`${document.file}#/${name}`);
    lines[line - 1] = row.slice(0, column - 1) + end;
  }
  const missing = names.filter((name) => old[name] === '');
  return missing.length === 0
    ? lines.join('\n')
    : withLines(
        lines,
        missing.map((name) => `${name}: ${fields[name]}`),
        document,
        locate,
      );
}

/** With these lines behind that of the kind, or, without one, before the first key. */
function withLines(
  lines: readonly string[],
  added: readonly string[],
  { kind, data, file }: RecipeDocument,
  locate: Locate,
): string {
  const [first = ''] = isDataMap(data) ? data.keys() : [];
  const pointer = kind === '' ? `/${pointerToken(first)}` : '/kind';
  const { line, column } = locate(pointer, { isKey: true });
  if (column !== 1) refuseSpelling(file);
  const ending = lines[line - 1]?.endsWith('\r') === true ? '\r' : '';
  const index = kind === '' ? line - 1 : line;
  return lines.toSpliced(index, 0, ...added.map((row) => row + ending)).join('\n');
}

/** What begins with the old value, plain or in quotes, with the new one; undefined if it does not. */
function replaced(text: string, before: string, after: string): string | undefined {
  const quotes = /^["']?/.exec(text)?.[0] ?? '';
  const written = `${quotes}${before}${quotes}`;
  return text.startsWith(written)
    ? `${quotes}${after}${quotes}${text.slice(written.length)}`
    : undefined;
}

function refuseSpelling(at: string): never {
  throw new EvidenceError('MIGRATION_REFUSED', {
    at,
    found: 'a header in brackets, with escapes, or on several lines',
    expected: 'a header of plain lines, e.g. "kind: RecipeResult"',
    hint: 'write kind and apiVersion in plain lines at the top, and try again',
  });
}
