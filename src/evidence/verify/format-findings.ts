import type { Finding } from '../../errors/evidence-error.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { SCHEMA_VERSION } from '../../media-types.ts';
import { faultAt } from '../../place.ts';
import { validatorFindings } from '../bom/validator-images.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import {
  BOM_FILE,
  MANIFEST_FILE,
  RECIPE_FILE,
  REDACTION_FILE,
  SNAPSHOT_FILE,
  phaseOfOriginal,
} from '../layout.ts';
import { PHASES } from '../phase/phase.ts';

/** What a reader should know about the format: what this version, or any version, does not judge. */
export function formatFindings(
  manifest: Manifest,
  { at, newer, affidavit, validatorImages }: ReceivedPredicate,
): readonly Finding[] {
  return [
    ...newerSchema(MANIFEST_FILE, manifest.newer),
    ...newerSchema(at, newer),
    ...(affidavit === undefined ? [] : newerSchema(affidavit.at, affidavit.newer)),
    ...filesNotJudged(manifest, affidavit),
    ...validatorFindings(validatorImages, `${at}/validatorImages`),
  ];
}

function newerSchema(at: string, newer: boolean): readonly Finding[] {
  if (!newer) return [];
  const place = {
    code: 'SCHEMA_NEWER',
    at: `${at}${at.includes('#') ? '' : '#'}/schemaVersion`,
    hint: 'upgrade affidavit to judge them too',
  } as const;
  return [faultAt(place, 'a newer minor version, whose new fields are not judged', SCHEMA_VERSION)];
}

const JUDGED: ReadonlySet<string> = new Set([RECIPE_FILE, SNAPSHOT_FILE, BOM_FILE]);
const REPORT_OR_LOG = new RegExp(
  `^(?:ctrf/(?:${PHASES.join('|')})\\.json|logs/(?:${PHASES.join('|')})/[^/]+)$`,
);

/**
 * Listed and signed, but nobody reads it. `VERIFIED.md` or `recipe.yml` would look as if somebody did.
 */
function filesNotJudged(
  { files }: Manifest,
  affidavit: ReceivedPredicate['affidavit'],
): readonly Finding[] {
  const hasLeaves = affidavit?.redaction?.leaves !== undefined;
  return files
    .filter(({ path }) => !JUDGED.has(path) && !REPORT_OR_LOG.test(path))
    .filter(({ path }) => !hasLeaves || path !== REDACTION_FILE)
    .filter(({ path }) => affidavit === undefined || phaseOfOriginal(path) === undefined)
    .map(({ path }) => ({
      code: 'FILE_NOT_JUDGED',
      at: path,
      found: 'a file that the signer added',
      expected: 'recipe, snapshot, bill of materials, ctrf/<phase>.json and logs/<phase>/<name>',
      hint: 'read it as a message of the signer: it is signed, and nothing in it was checked',
    }));
}
