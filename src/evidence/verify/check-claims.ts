// What recipe, snapshot and bill of materials show, compared with what the predicate says of them.

import type { Comparison } from '../../attestation/check-log.ts';
import { hexOf } from '../../digest.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { MADE_AGAIN } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { ReceivedProfile } from '../claim/claim-shapes.ts';
import { CLAIM_RULES, claimFaults, claimFaultsOfAny } from '../claim/compare-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { bomClaim, constraintsClaim } from '../claim/predicate.ts';
import { clusterClaims } from '../claim/raw-provider.ts';
import type { ReceivedEvidence } from '../dialect/read-statement.ts';
import { RECIPE_FILE } from '../layout.ts';
import type { RecipeProfile } from '../recipe/profile.ts';
import type { RecipeOfBytes } from '../recipe/recipe.ts';
import type { ClusterAssessment, ListedBom } from '../validate/judge.ts';
import type { EvidenceLog } from './checks.ts';
import { claimedDimensions, decidedFaults, type ClaimRules } from './claim-rules.ts';

/** The recipe's name and digest, computed from `recipe.yaml`, are those of the predicate. */
export function checkRecipe(
  log: EvidenceLog,
  read: RecipeOfBytes,
  predicate: ReceivedPredicate,
): void {
  const { recipe, digest } = read;
  const hex = hexOf(digest);
  log.note('recipe-matches-digest', () => ({
    found: `${quote(recipe.name)}, ${hex.slice(0, 12)}`,
    expected: 'the canonical text of a recipe, with the name and the digest in the statement',
    faults: [
      ...differing(predicate, 'digest', hex),
      ...differing(predicate, 'name', recipe.name),
      ...otherProfile(predicate, recipe.profile),
      ...notCanonical(read),
    ],
  }));
}

/**
 * A verifier without a YAML writer hashes the lines of this file: they must be those that were hashed.
 */
function notCanonical({ canonical, bytes }: RecipeOfBytes): readonly Fault[] {
  const text = canonical('legacy');
  if (Buffer.from(text).equals(bytes)) return [];
  const { line, found, expected } = firstDifferingLine(Buffer.from(bytes).toString(), text);
  return [
    {
      code: 'RECIPE_NOT_CANONICAL',
      at: RECIPE_FILE,
      found: `line ${line}: ${lineText(found)}`,
      expected: `${lineText(expected)}, as AICR's canonical text has it`,
      hint: `${MADE_AGAIN}write that text, as affidavit validate --emit-evidence does`,
    },
  ];
}

/** Lines count from 1; one that a text does not have is undefined. */
function firstDifferingLine(
  text: string,
  other: string,
): { line: number; found: string | undefined; expected: string | undefined } {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const [found, expected] = [lineFrom(text, start), lineFrom(other, start)];
    if (found !== expected || found === undefined) return { line, found, expected };
    start += found.length + 1;
  }
}

function lineFrom(text: string, start: number): string | undefined {
  if (start > text.length) return undefined;
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? undefined : end);
}

function lineText(line: string | undefined): string {
  return line === undefined ? 'no such line' : quote(line);
}

function differing(
  { at, recipe }: ReceivedPredicate,
  field: 'name' | 'digest',
  computed: string,
): readonly Fault[] {
  if (recipe[field] === computed) return [];
  return [recipeDiffers(`${at}/recipe/${field}`, recipe[field], computed)];
}

function recipeDiffers(at: string, claimed?: string, computed?: string): Fault {
  return {
    code: 'RECIPE_DIFFERS',
    at,
    found: claimed === undefined ? 'nothing' : quote(claimed),
    expected: `${computed === undefined ? 'nothing' : quote(computed)}, recomputed from ${RECIPE_FILE}`,
    hint: 'do not trust this evidence: it names another recipe than the one that it contains',
  };
}

/**
 * The profile is in the recipe, so each difference is a lie, but for the descriptors: another release of
 * aicr has other ones.
 */
function otherProfile(
  { at, profile: claimed }: ReceivedPredicate,
  profile: RecipeProfile | undefined,
): readonly Fault[] {
  if (claimed === undefined || profile === undefined) {
    if (claimed === profile) return [];
    return [recipeDiffers(`${at}/profile`, claimed?.selection, profile?.selection)];
  }
  const isSame = claimed.policyDescriptorIdentity === profile.policyDescriptorIdentity;
  return [
    ...(['selection', 'advertiser'] as const)
      .filter((field) => claimed[field] !== profile[field])
      .map((field) => recipeDiffers(`${claimed.at}/${field}`, claimed[field], profile[field])),
    ...(isSame ? [] : [historical(claimed, profile)]),
  ];
}

function historical(claimed: ReceivedProfile, profile: RecipeProfile): Fault {
  return {
    code: 'PROFILE_HISTORICAL',
    at: `${claimed.at}/policyDescriptorIdentity`,
    found: quote(claimed.policyDescriptorIdentity),
    expected: `${quote(profile.policyDescriptorIdentity)}, recomputed from ${RECIPE_FILE}`,
    hint: 'have the evidence made again with a current aicr, or decide that it is good enough as a record of that time',
  };
}

/** Fingerprint, match and constraints from recipe and snapshot, compared with the predicate. */
export function checkCluster(
  log: EvidenceLog,
  cluster: ClusterAssessment,
  predicate: ReceivedPredicate,
  rules: ClaimRules,
): void {
  const { at, fingerprint, criteriaMatch } = predicate;
  const right = clusterClaims(cluster, fingerprint);
  log.note('fingerprint-matches-snapshot', () => ({
    found: 'the fingerprint and the match that the snapshot gives',
    expected: 'the fingerprint and the match in the statement',
    faults: [
      ...claimFaultsOfAny(
        CLAIM_RULES.fingerprint,
        `${at}/fingerprint`,
        fingerprint,
        right.fingerprint,
      ),
      ...claimFaultsOfAny(CLAIM_RULES.match, `${at}/criteriaMatch`, criteriaMatch, right.match),
      ...claimedDimensions(cluster, rules, predicate),
    ],
  }));
  log.note('constraints-match-claims', () => claimedConstraints(predicate, cluster));
  log.note('cluster-fits-recipe', () => ({
    found: cluster.match.perDimension
      .map(({ dimension, match }) => `${dimension} ${match}`)
      .join(', '),
    expected:
      'no dimension mismatched; service, accelerator and os known where the recipe demands them',
    faults: decidedFaults(cluster.matchFaults, rules, predicate),
  }));
  log.note('constraints-hold', () => ({
    found: sayConstraints(cluster.constraints),
    expected: 'every constraint of the recipe evaluated on the snapshot, and passed',
    faults: decidedFaults(cluster.constraintFaults, rules, predicate),
  }));
}

function sayConstraints(constraints: ClusterAssessment['constraints']): string {
  const count = (wanted: 'passed' | 'claimed' | 'withheld'): number =>
    constraints.filter(({ outcome }) => outcome === wanted).length;
  const rest = [
    [count('claimed'), 'only claimed'],
    [count('withheld'), 'withheld, and not claimed either'],
  ] as const;
  const said = rest.flatMap(([number, words]) => (number === 0 ? [] : [`, ${number} ${words}`]));
  return `${count('passed')} constraints passed${said.join('')}`;
}

function claimedConstraints(
  { affidavit }: ReceivedPredicate,
  { constraints }: ClusterAssessment,
): Comparison {
  const expected = 'the constraint results in the statement';
  if (affidavit === undefined) {
    const found = 'no claim: the producer does not record constraints; they were evaluated here';
    return { found, expected, faults: [] };
  }
  const at = `${affidavit.at}/constraints`;
  const computed = constraintsClaim(constraints);
  return {
    found: `${constraints.length} constraints with the results that the snapshot gives`,
    expected,
    faults: claimFaults(CLAIM_RULES.constraints, at, affidavit.constraints, computed),
  };
}

/**
 * The bill of materials: digest and counts are compared with the claims. What it leaves out is a
 * finding.
 */
export function checkBom(
  log: EvidenceLog,
  { summary }: ListedBom,
  { at, bom, fixedBomVersion }: ReceivedEvidence,
  claimed: readonly Fault[],
): void {
  const { digest, components, version } = summary;
  const computed = bomClaim({ ...summary, version: fixedBomVersion ?? version });
  log.note('bom-matches-claims', () => ({
    found: `${components} components, ${digest}`,
    expected: 'the digest and the count in the statement',
    faults: [...claimFaults(CLAIM_RULES.bom, `${at}/bom`, bom, computed), ...claimed],
  }));
}
