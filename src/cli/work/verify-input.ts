import { timestampOf } from '../../document/time.ts';
import { EVIDENCE_LAYOUT, LOGS_LAYOUT } from '../../evidence/layout.ts';
import { parseOwnRecipe, type TypedRecipe } from '../../evidence/recipe/recipe.ts';
import type { OwnRecipes } from '../../evidence/resolve/own-recipe.ts';
import type { NamedDocument } from '../../evidence/validate/validate.ts';
import type { PointerFile } from '../../evidence/verify/check-pointer.ts';
import {
  verifyEvidence,
  type VerificationReport,
  type VerifyEvidenceOptions,
} from '../../evidence/verify/verify-evidence.ts';
import { openInput } from '../../io/disk/bundle-source.ts';
import { nameOf, ofTheCaller, readConfig, readFileBounded } from '../../io/disk/files.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { wrongKind } from '../../io/disk/open-file.ts';
import { readPolicy } from '../../io/disk/read-policy.ts';
import { tell } from '../../io/disk/talk.ts';
import { presentTime } from '../../io/process/clock.ts';
import { openTrustCache, readTrust } from '../../io/sigstore/read-trust.ts';
import { MAX_OPENINGS_BYTES } from '../../limits.ts';
import { IDENTITY_TYPES } from '../../policy/policy-signer.ts';
import { keysOf, type Policy } from '../../policy/policy.ts';
import { escapeInvisible } from '../../quote.ts';
import type { VerificationJson } from '../../report/report-json.ts';
import { counted } from '../../sentence.ts';
import type { Call } from '../call/command.ts';
import { judgeOf } from '../call/judge-flags.ts';
import { maxRunSpanOf } from '../call/run-flags.ts';
import { trustCacheOf } from '../call/trust-flags.ts';
import type { NamedArtifact } from './named-artifact.ts';
import { namedAttestation } from './named-attestation.ts';
import { namedInput, type NamedInput } from './named-input.ts';

/** What was verified, and as what. */
export interface Verified {
  readonly report: VerificationReport;
  readonly json: VerificationJson;
  readonly pointer: PointerFile | undefined;
}

/** All that a call says of how to judge: read once, whatever is judged by it. */
export type Rules = Omit<VerifyEvidenceOptions, 'pointer'>;

/**
 * Verifies one input of a call.
 *
 * @param source as the user named it
 * @param rules asked for when it is known what the input is
 * @param words of the call that says only this again, but for the program and the command
 */
export async function verifyInput(
  call: Call,
  source: string,
  { rules, words }: { readonly rules: () => Promise<Rules>; readonly words: readonly string[] },
): Promise<Verified> {
  const input = await namedInput(call, source);
  const report = await judge(call, input, await rules());
  const { verificationJson } = await import('../../report/json.ts');
  const said = words.map((word) => (word === source ? pinned(word, input) : word));
  const repeat = ['affidavit', 'verify-evidence', ...said, ...clockOf(call, report)];
  const { pointer } = 'artifact' in input ? input.artifact : input;
  return { report, json: verificationJson(report, { source, repeat }), pointer };
}

/** What was verified, when a tag was asked for it. */
function pinned(word: string, input: NamedInput): string {
  const tag = 'artifact' in input && input.artifact.manifest !== undefined;
  return tag ? `${word}@${input.artifact.digest}` : word;
}

/** The clock that judged: tomorrow it would be another one. */
function clockOf({ options }: Call, { now }: VerificationReport): readonly string[] {
  return now === undefined || options.has('at') ? [] : ['--at', timestampOf(now)];
}

export async function readRules(call: Call): Promise<Rules> {
  const { options } = call;
  const maxRunSpan = maxRunSpanOf(options);
  const policy = await readPolicy({
    identity: options.text('certificate-identity'),
    issuer: options.text('certificate-oidc-issuer'),
    type: options.choice('certificate-identity-type', IDENTITY_TYPES),
    publicKey: options.text('public-key'),
    policy: options.text('policy'),
  });
  tell(`policy: ${policySaid(policy)}`);
  const at = options.text('at');
  const isAsked = at !== undefined || policy?.maximumAgeDays !== undefined;
  const now = isAsked ? presentTime(at) : undefined;
  const cache = openTrustCache(trustCacheOf(call));
  const trust = await readTrust(options.text('trusted-root'), cache, {
    judge: judgeOf(options),
    allowMissingSct: options.has('allow-missing-sct'),
    publicKeys: keysOf(policy),
  });
  const atHand = {
    recipe: await readOwnRecipe(options.text('recipe')),
    recipes: await ownRecipesOf(options.text('recipes')),
  };
  const allowUnsigned = options.has('allow-unsigned');
  const acceptClaimed = options.has('accept-claimed');
  const requireRecomputed = options.has('require-recomputed');
  const logs = await openLogs(options.text('logs'));
  const revealed = await readRevealed(options.text('revealed'));
  const rules = { allowUnsigned, maxRunSpan, acceptClaimed, requireRecomputed };
  return { trust, policy, now, ...atHand, ...rules, logs, revealed };
}

function policySaid(policy: Policy | undefined): string {
  if (policy === undefined) return 'none: nobody was named';
  const { file, signers } = policy;
  return `${file === undefined ? 'of flags' : `${file.source}, ${file.digest}`}; ${counted(signers.length, 'signer')}`;
}

/** The one way in which evidence is judged. */
export async function judge(
  call: Call,
  input: NamedInput,
  rules: Rules,
): Promise<VerificationReport> {
  const { progress } = call;
  const { pointer } = 'artifact' in input ? input.artifact : input;
  const all = { ...rules, pointer };
  if ('artifact' in input) return await progress('verifying', fetched(call, input.artifact, all));
  const entries = await openInput(input.bundle, EVIDENCE_LAYOUT);
  return await progress('verifying', verifyEvidence(entries, all));
}

async function fetched(
  { options }: Call,
  { digest, places, manifest, attestation }: NamedArtifact,
  rules: VerifyEvidenceOptions,
): Promise<VerificationReport> {
  const { verifyArtifact } = await import('../../evidence/verify/verify-artifact.ts');
  const choice = {
    ...{ artifact: digest, locations: places, manifest },
    attestation: namedAttestation({ options }),
    pointed: attestation,
  };
  return await verifyArtifact(choice, rules);
}

/** A recipe that cannot be read says nothing about the evidence, so it is no invalid input. */
async function readOwnRecipe(path: string | undefined): Promise<TypedRecipe | undefined> {
  if (path === undefined) return undefined;
  if (lookAt(path)?.isDirectory() === true) {
    const hint = 'name the resolved recipe in it; a directory of recipes is for --recipes';
    throw wrongKind(path, 'directory', hint);
  }
  const bytes = await readConfig(path, 'recipe', 'RECIPE_FILE_INVALID');
  return parseOwnRecipe(bytes, escapeInvisible(nameOf(path)));
}

async function openLogs(path: string | undefined): Promise<VerifyEvidenceOptions['logs']> {
  if (path === undefined) return undefined;
  return { file: escapeInvisible(nameOf(path)), entries: await openInput(path, LOGS_LAYOUT) };
}

async function ownRecipesOf(path: string | undefined): Promise<OwnRecipes | undefined> {
  if (path === undefined) return undefined;
  const { readOwnRecipes } = await import('./own-recipes.ts');
  return await ofTheCaller('RECIPES_UNRESOLVED', readOwnRecipes(path));
}

async function readRevealed(path: string | undefined): Promise<NamedDocument | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readFileBounded(path, MAX_OPENINGS_BYTES, 'revealed');
  return { name: escapeInvisible(nameOf(path)), bytes };
}
