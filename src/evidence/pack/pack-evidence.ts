import { memoryFile, sortedByPath, type BundleFile } from '../../archive/entry.ts';
import type { Signing } from '../../attestation/seal.ts';
import { parseBom, summaryOf } from '../../bom/bom.ts';
import { requireValidBom } from '../../bom/validate-bom.ts';
import { digestOf } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { encodeManifest } from '../../manifest/manifest.ts';
import { buildRecipeBom } from '../bom/build-recipe-bom.ts';
import { requireValidatorImages } from '../bom/validator-images.ts';
import { encodeEvidenceStatement } from '../claim/evidence-statement.ts';
import { logsClaim } from '../claim/logs-claim.ts';
import { buildPredicate, type PredicateFacts } from '../claim/predicate.ts';
import {
  BOM_FILE,
  MANIFEST_FILE,
  RECIPE_FILE,
  REDACTION_FILE,
  SNAPSHOT_FILE,
  STATEMENT_FILE,
  ctrfFile,
  originalFile,
} from '../layout.ts';
import { aicrVersionOf, type Original, type Results } from '../phase/ctrf.ts';
import type { Phase } from '../phase/phase.ts';
import type { Validation } from '../validate/validate.ts';
import type { PackedEvidence } from './packed-evidence.ts';
import { packedInputs, type PackedInputs, type RedactionMode } from './redact-evidence.ts';
import { resultsRequired } from './results-required.ts';
import { requireVerifiable } from './self-check.ts';
import { signEvidence } from './sign-evidence.ts';

export interface PackInputs {
  /** Its `now` is the time of the evidence, and its `tool` is who made it. */
  readonly validation: Validation;
  /** `logs/<phase>/<name>`; by default none. In the bundle if nothing is redacted, else beside it, with the originals of results. */
  readonly logs?: readonly BundleFile[] | undefined;
  /** Pack evidence of documents whose apiVersion is retired or missing. By default false. */
  readonly allowRetiredApi?: boolean | undefined;
  /** Which image each test was run from, where the results do not say it. */
  readonly validatorImages?: readonly GivenImage[] | undefined;
  /** Take validators that are named by a tag that may be moved. By default false. */
  readonly allowMutableValidatorTags?: boolean | undefined;
  /** `minimal`, the default, keeps what a verifier needs and withholds the rest; `none` keeps everything. */
  readonly redact?: RedactionMode | undefined;
  /** 32 random bytes: commits to each withheld value with a salt made of them. Without, nothing does. */
  readonly secret?: Uint8Array | undefined;
}

type GivenImage = Parameters<typeof requireValidatorImages>[1][number];

/**
 * Packs what was validated into the files of one bundle, bound by a statement. Before anybody signs it,
 * it is verified as it will be once it is signed.
 *
 * @param signing undefined leaves the bundle unsigned
 * @throws EvidenceError RESULTS_REQUIRED (usage), API_VERSION_RETIRED, BOM_INVALID,
 *   VALIDATOR_IMAGE_REFUSED, VALIDATOR_IMAGE_MUTABLE, REDACTION_CHANGES_RESULT (invalid), what a verifier would
 *   refuse, e.g. LIMIT_EXCEEDED (invalid), SELF_CHECK_FAILED (unjudged) if what was signed does not
 *   verify, and what the signer throws
 */
export async function packEvidence(inputs: PackInputs, signing?: Signing): Promise<PackedEvidence> {
  const { validation, allowRetiredApi = false, redact = 'minimal' } = inputs;
  if (!allowRetiredApi) requireCurrent(validation);
  const reports = reportsOf(validation);
  const validators = requireValidatorImages(
    reports,
    inputs.validatorImages ?? [],
    inputs.allowMutableValidatorTags ?? false,
  );
  const redacting = { redact, secret: inputs.secret };
  const { originals, logs } = besideOf(inputs);
  const made = packedInputs(validation, { reports, logs }, redacting);
  const bomBytes = await bomOf(validation, redact);
  const listed = filesOf(validation, made, bomBytes);
  const manifest = encodeManifest(listed);
  const manifestDigest = digestOf(manifest);
  const bom = summaryOf(parseBom(bomBytes, BOM_FILE), digestOf(bomBytes));
  const bound = { bom, manifest: { digest: manifestDigest, fileCount: listed.length } };
  const statement = statementOf(validation, made, { ...bound, validators });
  const bindings = [memoryFile(MANIFEST_FILE, manifest), memoryFile(STATEMENT_FILE, statement)];
  const files = [...listed, ...bindings];
  const asPacked = requireVerifiable(files, validation, originals);
  const packed: PackedEvidence = {
    files: sortedByPath(files),
    statement,
    attestedAt: validation.inputs.now,
    manifestDigest,
    facts: { ...validation.facts, ...asPacked.facts },
    shown: made.shown && { ...made.shown, facts: { ...made.shown.facts, ...asPacked.facts } },
    logs: made.logs.beside,
    redaction: made.redaction,
    openings: made.commitment?.openings,
    findings: [...made.findings, ...asPacked.findings],
    validatorImages: asPacked.validatorImages,
    proof: undefined,
    sandbox: false,
  };
  return signing === undefined ? packed : await signEvidence(packed, signing);
}

function filesOf(
  { canonical }: Validation,
  { snapshot, reports, commitment, logs }: PackedInputs,
  bomBytes: Uint8Array,
): readonly BundleFile[] {
  return [
    // AICR's canonical form, with its version.
    memoryFile(RECIPE_FILE, Buffer.from(canonical('legacy'))),
    memoryFile(SNAPSHOT_FILE, snapshot),
    ...[...reports].map(([phase, bytes]) => memoryFile(ctrfFile(phase), bytes)),
    memoryFile(BOM_FILE, bomBytes),
    ...(commitment === undefined ? [] : [memoryFile(REDACTION_FILE, commitment.bytes)]),
    ...logs.inside,
  ];
}

/** The caller's own, byte for byte, or one of recipe and snapshot. */
async function bomOf(
  { inputs, recipe, snapshot, tool }: Validation,
  redact: RedactionMode,
): Promise<Uint8Array> {
  const { bom, now: attestedAt } = inputs;
  const isRedacted = redact === 'minimal';
  if (bom === undefined) return buildRecipeBom({ recipe, snapshot, attestedAt, tool, isRedacted });
  await requireValidBom(bom.bytes, parseBom(bom.bytes, bom.name));
  return bom.bytes;
}

function reportsOf({ inputs }: Validation): Results['reports'] {
  if (inputs.results !== undefined) return inputs.results.reports;
  throw resultsRequired();
}

/** Logs, and the files of which reports were made: both hold what a redaction takes out. */
function besideOf({ validation: { inputs }, logs = [] }: PackInputs): {
  readonly logs: readonly BundleFile[];
  /** The reports of the latter, by their paths. */
  readonly originals: ReadonlyMap<string, Uint8Array>;
} {
  const { reports, originals = new Map<Phase, Original>() } = inputs.results ?? {};
  const made = [...originals].flatMap(([phase, { name, bytes }]) => {
    const report = reports?.get(phase)?.bytes;
    return report ? [{ file: memoryFile(originalFile(phase, name), bytes), report }] : [];
  });
  return {
    logs: sortedByPath([...logs, ...made.map(({ file }) => file)]),
    originals: new Map(made.map(({ file, report }) => [file.path, report])),
  };
}

function statementOf(
  validation: Validation,
  { reports, constraints, redaction, logs: { beside } }: PackedInputs,
  files: Pick<PredicateFacts, 'bom' | 'manifest' | 'validators'>,
): Uint8Array {
  const { recipe, recipeDigest, cluster, phases, tool, inputs, files: named } = validation;
  const { phaseConstraints = [] } = validation.facts;
  const logs = beside.length === 0 ? undefined : logsClaim(beside);
  const subject = { name: recipe.name, digest: recipeDigest, profile: recipe.profile };
  const ctrfDigests = new Map([...reports].map(([phase, bytes]) => [phase, digestOf(bytes)]));
  const predicate = buildPredicate(
    {
      recipe: subject,
      ...cluster,
      constraints,
      phases,
      phaseConstraints,
      ctrfDigests,
      files: named,
      ...files,
      redaction,
      logs,
    },
    { attestedAt: inputs.now, aicrVersion: aicrVersionOf(reportsOf(validation)), tool },
  );
  return encodeEvidenceStatement(subject, predicate);
}

function requireCurrent({ recipe, snapshot }: Validation): void {
  for (const document of [recipe, snapshot]) {
    if (!document.retired) continue;
    const successor = document.findings.find(({ code }) => code === 'API_VERSION_OUTDATED');
    throw new EvidenceError('API_VERSION_RETIRED', {
      at: `${document.file}#/apiVersion`,
      found: document.apiVersion === '' ? 'no apiVersion' : document.apiVersion,
      expected: `${successor?.expected ?? 'a current apiVersion'} in what becomes evidence`,
      hint:
        successor?.hint ??
        'write the document again with a current AICR, or add --allow-retired-api',
    });
  }
}
