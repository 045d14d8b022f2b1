// The start of every AICR document: kind, apiVersion, metadata.

import type { Finding } from '../errors/evidence-error.ts';
import { MAX_FUTURE_MS, MAX_VERSION_CHARACTERS } from '../limits.ts';
import {
  AICR_V011,
  AICR_V011_CATALOG,
  AICR_V1,
  AICR_V1ALPHA2,
  AICR_V1ALPHA3,
  AICR_V1BETA1,
  AICR_V1BETA2,
  VALIDATOR_V1ALPHA1,
} from '../media-types.ts';
import { faultAt } from '../place.ts';
import { quote } from '../quote.ts';
import type { ObjectReader } from './object-reader.ts';
import { parseTime } from './time.ts';

interface ApiVersions {
  /** The first is what an ordinary document of this kind carries. */
  readonly current: readonly string[];
  readonly retired: readonly string[];
}

const ORDINARY: ApiVersions = { current: [AICR_V1], retired: [AICR_V1ALPHA2, AICR_V011] };
const AUTHORING: ApiVersions = { current: [AICR_V1BETA1], retired: [AICR_V1ALPHA2, AICR_V011] };

/** Which apiVersion each kind may carry. docs/format.md lists it for users. */
const API_VERSIONS = {
  Snapshot: ORDINARY,
  RecipeResult: {
    current: [AICR_V1, AICR_V1BETA2],
    retired: [AICR_V1ALPHA2, AICR_V1ALPHA3, AICR_V011],
  },
  RecipeCriteria: ORDINARY,
  RecipeMetadata: {
    current: [AICR_V1BETA1, AICR_V1BETA2],
    retired: [AICR_V1ALPHA2, AICR_V1ALPHA3, AICR_V011],
  },
  RecipeMixin: AUTHORING,
  ComponentRegistry: AUTHORING,
  ValidatorCatalog: { current: [VALIDATOR_V1ALPHA1], retired: [AICR_V011_CATALOG] },
} as const satisfies Record<string, ApiVersions>;

export type DocumentKind = keyof typeof API_VERSIONS;

/** Up to v0.11 a resolved recipe could have this kind. */
const LEGACY_RECIPE_KIND = 'Recipe';

/** `metadata` as text to text; `version: 1.10` is refused, because it may have been another text. */
export function parseFlatMetadata(document: ObjectReader): ReadonlyMap<string, string> {
  const metadata = document.optionalObject('metadata');
  return new Map(metadata?.names().map((name) => [name, metadata.string(name)]));
}

export function isSupportedApiVersion(kind: DocumentKind, apiVersion: string): boolean {
  const { current }: ApiVersions = API_VERSIONS[kind];
  return current.includes(apiVersion);
}

/** What a reader of one kind learns from the header that it accepts. */
export interface AcceptedHeader {
  /** As the document has it; "" if it has none. It is never rewritten. */
  readonly apiVersion: string;
  /**
   * The apiVersion is retired or missing. The document is read, but only a flag makes evidence of it.
   */
  readonly retired: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Every reader of AICR's documents calls this first. A missing kind is accepted with a finding, because
 * AICR's own reader accepts it and its older snapshots have none. Throws KIND_UNEXPECTED or
 * API_VERSION_UNKNOWN.
 */
export function acceptHeader(document: ObjectReader, kind: DocumentKind): AcceptedHeader {
  const kindFindings = acceptKind(document, kind);
  const apiVersion = document.optionalText('apiVersion') ?? '';
  if (isSupportedApiVersion(kind, apiVersion)) {
    return { apiVersion, retired: false, findings: kindFindings };
  }
  const { current, retired }: ApiVersions = API_VERSIONS[kind];
  const successor = successorOf(kind, apiVersion);
  if (apiVersion !== '' && !retired.includes(apiVersion)) {
    document.refuse('apiVersion', {
      code: 'API_VERSION_UNKNOWN',
      found: quote(apiVersion),
      expected: `${current.join(' or ')}; retired, but read: ${retired.join(', ')}`,
      hint: `write the document again with a current AICR; a ${kind} carries ${successor} there`,
    });
  }
  const finding: Finding = {
    code: 'API_VERSION_OUTDATED',
    at: apiVersion === '' ? document.at : document.pointer('apiVersion'),
    found: apiVersion === '' ? 'no apiVersion' : apiVersion,
    expected: successor,
    hint: `${renewal(kind)}; evidence of it as it is needs --allow-retired-api`,
  };
  return { apiVersion, retired: true, findings: [...kindFindings, finding] };
}

/** A snapshot is measured again: nobody else may say what it would be today. */
function renewal(kind: DocumentKind): string {
  return kind === 'Snapshot'
    ? 'take the snapshot again with a current AICR'
    : 'run affidavit recipe migrate FILE --output NEW, or write it again with a current AICR';
}

function acceptKind(document: ObjectReader, kind: DocumentKind): readonly Finding[] {
  const found = document.optionalText('kind') ?? '';
  if (found === kind) return [];
  if (found === LEGACY_RECIPE_KIND && kind === 'RecipeResult') return [];
  if (found !== '') {
    document.refuse('kind', {
      code: 'KIND_UNEXPECTED',
      found: quote(found),
      expected: kind,
      hint: `use a document of the kind ${kind}`,
    });
  }
  const hint = 'write the document again with a current AICR';
  return [faultAt({ code: 'KIND_MISSING', at: document.at, hint }, 'no kind', kind)];
}

/** What a document carries today that carries this apiVersion. */
export function successorOf(kind: DocumentKind, apiVersion: string): string {
  if (isSupportedApiVersion(kind, apiVersion)) return apiVersion;
  if (apiVersion === AICR_V1ALPHA3) return AICR_V1BETA2;
  return API_VERSIONS[kind].current[0];
}

// When and by what the document was made. AICR's header validates nothing, so the reader has to.

/** https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string, and a `v`. */
const SEMANTIC_VERSION =
  /^v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*)?(?:\+[\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*)?$/;

/** @param at where the timestamp is, or should be */
export function timestampDoubts(
  timestamp: string | undefined,
  now: Date,
  at: string,
): readonly Finding[] {
  const time = timestamp === undefined ? undefined : parseTime(timestamp);
  const latest = now.getTime() + MAX_FUTURE_MS;
  if (time !== undefined && time.getTime() <= latest) return [];
  const hint =
    time === undefined
      ? 'write the document again with a current AICR'
      : 'check the clock of the machine that wrote the document';
  const expected = 'RFC 3339, at most 24 hours from now';
  const place = { code: 'TIMESTAMP_DOUBTFUL', at, hint } as const;
  return [faultAt(place, timestamp === undefined ? 'no timestamp' : quote(timestamp), expected)];
}

/** @param version the version of the tool that wrote the document; absent and "" are no doubt */
export function versionDoubts(version: string | undefined, at: string): readonly Finding[] {
  if (version === undefined || version === '' || isSemanticVersion(version)) return [];
  const hint = 'use a released AICR: nobody knows what another build does';
  const expected = 'a semantic version, e.g. v1.0.0';
  return [faultAt({ code: 'VERSION_DOUBTFUL', at, hint }, quote(version), expected)];
}

function isSemanticVersion(text: string): boolean {
  return text.length <= MAX_VERSION_CHARACTERS && SEMANTIC_VERSION.test(text);
}
