import { hexOf, type Digest } from '../../digest.ts';
import type { Data, Json } from '../../document/data.ts';
import { ObjectReader, requireSchemaVersion } from '../../document/object-reader.ts';
import { parseStart, timestampOf } from '../../document/time.ts';
import { AFFIDAVIT_VERSION, SCHEMA_VERSION } from '../../media-types.ts';
import { imageList } from '../bom/validator-images.ts';
import type { ConstraintResult } from '../constraint/evaluate.ts';
import type { PhaseResult } from '../phase/phase.ts';
import type { RecipeProfile } from '../recipe/profile.ts';
import type { NamedFile } from '../recipe/recipe-component.ts';
import type { Fingerprint } from '../snapshot/fingerprint.ts';
import type { CriteriaMatch } from '../snapshot/match.ts';
import * as shapes from './claim-shapes.ts';
import { filesClaim, filesIn } from './files-claim.ts';
import { logsIn, type LogsClaim } from './logs-claim.ts';
import { runClaims, runClaimsIn, type ReceivedRunClaims, type RunFacts } from './run-claims.ts';
import {
  withheldClaim,
  withheldIn,
  type ReceivedWithheld,
  type WithheldClaim,
} from './withheld-claim.ts';

export interface RecipeFacts {
  readonly name: string;
  readonly digest: Digest;
  readonly profile: RecipeProfile | undefined;
}

/** What the predicate says, but for who made it and when. */
export interface PredicateFacts extends RunFacts {
  readonly recipe: RecipeFacts;
  readonly fingerprint: Fingerprint;
  readonly match: CriteriaMatch;
  readonly constraints: readonly ConstraintResult[];
  /** Of `ctrf/<phase>.json`, for each phase that has a report. */
  readonly ctrfDigests: ReadonlyMap<string, Digest>;
  readonly bom: { readonly version: string; readonly digest: string; readonly components: number };
  readonly manifest: { readonly digest: Digest; readonly fileCount: number };
  /** Undefined if nothing was redacted. */
  readonly redaction?: MadeRedaction | undefined;
  /** Undefined if there are no logs beside the bundle. */
  readonly logs?: LogsClaim | undefined;
  /** What the recipe only names; undefined if nobody had the recipes at hand. */
  readonly files?: readonly NamedFile[] | undefined;
}

export type MadeRedaction = shapes.ReceivedRedaction & WithheldClaim;

/** What the predicate says and no file of the bundle shows. */
export interface PredicateClaims {
  readonly attestedAt: Date;
  /** The version of aicr that made the results, or "". */
  readonly aicrVersion: string;
  readonly tool: { readonly name: string; readonly version: string };
}

/** AICR's recipe evidence, version 3, with our `affidavit` beside it. docs/format.md §4. */
export function buildPredicate(facts: PredicateFacts, claims: PredicateClaims): Json {
  return {
    schemaVersion: SCHEMA_VERSION,
    attestedAt: timestampOf(claims.attestedAt),
    aicrVersion: claims.aicrVersion,
    validatorCatalogVersion: '',
    validatorImages: imageList(facts.validators),
    recipe: { name: facts.recipe.name, digest: hexOf(facts.recipe.digest) },
    fingerprint: fingerprintClaim(facts.fingerprint),
    criteriaMatch: matchClaim(facts.match),
    phases: phasesClaim(facts.phases, facts.ctrfDigests),
    bom: bomClaim(facts.bom),
    manifest: { digest: facts.manifest.digest, fileCount: facts.manifest.fileCount },
    ...(facts.recipe.profile === undefined ? {} : { profile: profileClaim(facts.recipe.profile) }),
    ...(facts.redaction && { redaction: redactionClaim(facts.redaction) }),
    affidavit: {
      schemaVersion: AFFIDAVIT_VERSION,
      tool: { name: claims.tool.name, version: claims.tool.version },
      constraints: constraintsClaim(facts.constraints),
      phases: phaseDetailsClaim(facts.phases),
      ...runClaims(facts),
      ...(facts.redaction && { redaction: withheldClaim(facts.redaction) }),
      ...(facts.logs && { logs: { ...facts.logs } }),
      ...(facts.files === undefined ? {} : { files: filesClaim(facts.files) }),
    },
  };
}

/** An advertiser that is "" is left out, as Go does. */
function profileClaim({ selection, advertiser, policyDescriptorIdentity }: RecipeProfile): Json {
  const external = advertiser === '' ? {} : { advertiser };
  return { selection, ...external, policyDescriptorIdentity };
}

function redactionClaim({ policy, version, applied }: MadeRedaction): Json {
  return { policy, version, applied };
}

export function fingerprintClaim(fingerprint: Fingerprint): Json {
  return Object.fromEntries(
    Object.entries(fingerprint).map(([name, dimension]) => [name, { ...dimension }]),
  );
}

export function matchClaim(match: CriteriaMatch): Json {
  return { matched: match.matched, perDimension: match.perDimension.map((row) => ({ ...row })) };
}

export function constraintsClaim(constraints: readonly ConstraintResult[]): Json {
  return constraints.map(({ name, expected, actual, outcome }) => ({
    name,
    expected,
    actual: actual ?? null,
    // What is withheld is only claimed, and what is claimed is that it passed.
    outcome: outcome === 'claimed' ? 'passed' : outcome,
  }));
}

export function phasesClaim(
  phases: readonly PhaseResult[],
  ctrfDigests: ReadonlyMap<string, Digest>,
): Json {
  return Object.fromEntries(
    reported(phases).map(({ phase, counts }) => {
      const { passed, failed, skipped } = counts;
      return [phase, { passed, failed, skipped, ctrfDigest: ctrfDigests.get(phase) }];
    }),
  );
}

/** What AICR's counts leave out. */
export function phaseDetailsClaim(phases: readonly PhaseResult[]): Json {
  return Object.fromEntries(
    reported(phases).map(({ phase, counts, missing }) => [
      phase,
      { pending: counts.pending, other: counts.other, missing },
    ]),
  );
}

export function bomClaim(bom: PredicateFacts['bom']): Json {
  return {
    format: 'CycloneDX',
    version: bom.version,
    digest: bom.digest,
    imageCount: bom.components,
  };
}

function reported(phases: readonly PhaseResult[]): readonly PhaseResult[] {
  return phases.filter(({ state }) => state !== 'not-run');
}

/** A predicate as it was received: claims that are not compared yet. */
export interface ReceivedPredicate {
  readonly at: string;
  /** A newer minor version wrote it. */
  readonly newer: boolean;
  readonly attestedAt: Date;
  readonly aicrVersion: string;
  readonly validatorCatalogVersion: string;
  /** The references that it claims, with their digests. */
  readonly validatorImages: readonly string[];
  /** The same as they were received. */
  readonly imageList: Data | undefined;
  /** The commit of aicr, if it is claimed. */
  readonly aicrCommit: string | undefined;
  readonly redaction: shapes.ReceivedRedaction | undefined;
  readonly recipe: { readonly name: string; readonly digest: string };
  readonly profile: shapes.ReceivedProfile | undefined;
  readonly manifest: {
    readonly at: string;
    readonly digest: string;
    readonly fileCount: number;
  };
  readonly fingerprint: Data | undefined;
  readonly criteriaMatch: Data | undefined;
  readonly phases: Data | undefined;
  readonly bom: Data | undefined;
  /** Undefined if another tool made the evidence. */
  readonly affidavit: ReceivedAffidavit | undefined;
}

export interface ReceivedAffidavit {
  readonly at: string;
  readonly newer: boolean;
  readonly constraints: Data | undefined;
  readonly phases: Data | undefined;
  /** Undefined in version 1.0. */
  readonly run: ReceivedRunClaims | undefined;
  readonly redaction: ReceivedWithheld | undefined;
  readonly logs: LogsClaim | undefined;
  /** Undefined if nobody bound them. */
  readonly files: readonly NamedFile[] | undefined;
}

/** AICR's predicate may have more fields. Those that it always has must be there. */
export function parsePredicate(reader: ObjectReader): ReceivedPredicate {
  const { newer } = requireSchemaVersion(reader);
  const recipe = reader.object('recipe');
  return {
    at: reader.at,
    newer,
    attestedAt: parseTimestamp(reader, 'attestedAt'),
    aicrVersion: reader.string('aicrVersion'),
    validatorCatalogVersion: reader.string('validatorCatalogVersion'),
    validatorImages: imagesIn(reader),
    imageList: reader.data('validatorImages'),
    aicrCommit: commitIn(reader),
    redaction: shapes.redactionIn(reader),
    profile: shapes.profileIn(reader),
    recipe: { name: recipe.string('name'), digest: recipe.string('digest') },
    manifest: parseManifestClaim(reader.object('manifest')),
    fingerprint: shapes.fingerprintIn(reader),
    criteriaMatch: shapes.matchIn(reader),
    phases: shapes.phasesIn(reader),
    bom: shapes.bomIn(reader),
    affidavit: reader.has('affidavit') ? parseAffidavit(reader.object('affidavit')) : undefined,
  };
}

function parseManifestClaim(reader: ObjectReader): ReceivedPredicate['manifest'] {
  return {
    at: reader.at,
    digest: reader.string('digest'),
    fileCount: reader.integer('fileCount'),
  };
}

/** Our own part has no other fields, unless a newer minor version wrote it. */
function parseAffidavit(reader: ObjectReader): ReceivedAffidavit {
  const { minor } = requireSchemaVersion(reader, AFFIDAVIT_VERSION);
  const newer = minor > 1;
  const tool = reader.object('tool');
  tool.string('name');
  tool.string('version');
  const received = {
    at: reader.at,
    newer,
    constraints: shapes.constraintsIn(reader),
    phases: shapes.phaseDetailsIn(reader),
    run: minor === 0 ? undefined : runClaimsIn(reader),
    redaction: minor === 0 ? undefined : withheldIn(reader),
    logs: minor === 0 ? undefined : logsIn(reader),
    files: minor === 0 ? undefined : filesIn(reader),
  };
  if (!newer) {
    tool.end();
    reader.end();
  }
  return received;
}

function commitIn(reader: ObjectReader): string | undefined {
  const commit = reader.optionalString('aicrCommit');
  if (commit === undefined || /^[0-9a-f]{7,40}$/.test(commit)) return commit;
  const expected = '7 to 40 lower-case hexadecimal digits';
  return reader.refuse('aicrCommit', { code: 'FIELD_INVALID', expected, hint: shapes.BY_FORMAT });
}

/** A list, or null: a Go slice that nobody filled. */
function imagesIn(reader: ObjectReader): readonly string[] {
  if (!reader.has('validatorImages')) reader.list('validatorImages', parseImage);
  return reader.optionalList('validatorImages', parseImage);
}

function parseImage(data: Data, at: string): string {
  const image = new ObjectReader(data, at);
  const digest = image.optionalString('digest') ?? '';
  const name = image.string('image');
  return digest === '' ? name : `${name}@${digest}`;
}

function parseTimestamp(reader: ObjectReader, name: string): Date {
  const time = parseStart(reader.string(name));
  if (time !== undefined) return time;
  return reader.refuse(name, {
    code: 'FIELD_INVALID',
    expected: 'a time like 2026-09-19T02:57:39Z (RFC 3339, UTC)',
    hint: shapes.BY_FORMAT,
  });
}
