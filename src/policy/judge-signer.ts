// Whether a policy allows who signed, when, for what, and with which proofs.

import { timestampOf } from '../document/time.ts';
import type { Fault, Finding } from '../errors/evidence-error.ts';
import { faultAt } from '../place.ts';
import { quote } from '../quote.ts';
import { sentence } from '../sentence.ts';
import { isKeySigner, type Proof, type ProvenSigner } from '../trust/trust.ts';
import { stale, tooFew, type Judged } from './judge-proofs.ts';
import { isOfAllowlist, listHint, nearestOf, someOf } from './nearest-entry.ts';
import { describeSigner, isNamedBy, otherClaims } from './policy-signer.ts';
import type { PolicySigner } from './policy-signer.ts';
import type { Policy } from './policy.ts';

export interface SignerJudgement {
  /** The entry that allows the signer; undefined if none does. */
  readonly entry: PolicySigner | undefined;
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
  readonly found: string;
  readonly expected: string;
}

/** Throws TypeError if the policy limits the age and nobody said what time it is. */
export function judgeSigner(policy: Policy, proof: Proof, judged: Judged): SignerJudgement {
  const named = policy.signers.filter((entry) => isNamedBy(entry, proof.signer));
  const entries = named.filter((entry) => otherClaims(entry, proof.signer).length === 0);
  const about = { policy, proof, judged };
  const { entry, fault } = judgeEntries(entries, named, about);
  return {
    entry,
    faults: [
      ...(fault === undefined ? [] : [fault]),
      ...tooFew(policy, proof, judged),
      ...stale(policy, proof, judged),
    ],
    findings: named.flatMap((one) => revokedLater(one, about)),
    found: describeSigner(proof.signer),
    expected: expectedOf(policy, judged),
  };
}

interface About {
  readonly policy: Policy;
  readonly proof: Proof;
  readonly judged: Judged;
}

/** @param named the entries of this signer, whatever else its certificate says */
function judgeEntries(
  entries: readonly PolicySigner[],
  named: readonly PolicySigner[],
  about: About,
): { readonly entry: PolicySigner | undefined; readonly fault: Fault | undefined } {
  // Who stole an account or a key chooses the workflow run, the recipe and all else that an entry may ask for.
  const [revoked] = named.flatMap((entry) => revokedThen(entry, about));
  if (revoked !== undefined) return { entry: undefined, fault: revoked };
  const may = mayAllow(about.policy, about.judged);
  const limits = entries
    .filter((entry) => may.includes(entry))
    .map((entry) => ({ entry, fault: limitOf(entry, about) }));
  const allowing = limits.find(({ fault }) => fault === undefined);
  if (allowing !== undefined) return allowing;
  return { entry: undefined, fault: limits[0]?.fault ?? notNamed(named, about) };
}

/** Why this entry does not allow the signer whom it names. */
function limitOf(entry: PolicySigner, about: About): Fault | undefined {
  return outsideWindow(entry, about) ?? otherRecipe(entry, about) ?? about.judged.limit?.(entry);
}

function notNamed(named: readonly PolicySigner[], { policy, proof, judged }: About): Fault {
  const { signer } = proof;
  // The one of which the fewest claims differ.
  const [entry] = named.toSorted(
    (a, b) => otherClaims(a, signer).length - otherClaims(b, signer).length,
  );
  if (entry !== undefined) return otherClaim(entry, signer, judged);
  const ofOtherType = mayAllow(policy, judged).flatMap((one) => otherType(one, signer, judged));
  if (ofOtherType[0] !== undefined) return ofOtherType[0];
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: judged.file,
    found: describeSigner(signer),
    ...nearestOf(mayAllow(policy, judged), signer),
  };
}

/** The fault of an entry that differs in the type alone: else both sides would read the same. */
function otherType(entry: PolicySigner, signer: ProvenSigner, { file }: Judged): readonly Fault[] {
  if (isKeySigner(signer) || !('subject' in entry)) return [];
  const { type, subject, issuer } = signer;
  if (!isNamedBy({ ...entry, type }, signer)) return [];
  const ofType = (text: string): string =>
    `${quote(subject)} (type ${text}, issuer ${quote(issuer)})`;
  const change =
    entry.at === undefined
      ? `if you trust this signer, set --certificate-identity-type ${type}`
      : `if you trust this signer, write "type": ${quote(type)} in the entry`;
  const hint = `only the type differs; ${isOfAllowlist(entry) ? listHint(signer) : change}`;
  const expected = `${ofType(entry.type ?? 'uri or email')}${as(entry)}`;
  return [faultAt({ code: 'SIGNER_NOT_ALLOWED', at: file, hint }, ofType(type), expected)];
}

function mayAllow({ signers }: Policy, { allowedBy }: Judged): readonly PolicySigner[] {
  return allowedBy === undefined ? signers : [allowedBy];
}

function expectedOf(policy: Policy, judged: Judged): string {
  return someOf(mayAllow(policy, judged).map(describeSigner));
}

function otherClaim(entry: PolicySigner, signer: ProvenSigner, { file }: Judged): Fault {
  const [name = ''] = otherClaims(entry, signer);
  const found = isKeySigner(signer) ? '' : claimOf(signer.claims, name);
  const wanted = 'claims' in entry ? claimOf(entry.claims ?? {}, name) : '';
  const has = found === '' ? 'nothing' : quote(found);
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: file,
    found: `${describeSigner(signer)}; ${name}: ${has}`,
    expected: `${name}: ${quote(wanted)}${as(entry)}`,
    hint:
      found === ''
        ? `have it signed with a token that says its ${name}; or, if you need no proof of it, remove it from "claims"`
        : `if you trust this caller of the workflow too, add an entry with its ${name}`,
    sentence:
      found === ''
        ? sentence`the policy demands the ${name} ${wanted}, and the certificate says none`
        : sentence`the policy allows the signer, but for another ${name}: ${wanted}`,
  };
}

function claimOf(claims: object, name: string): string {
  const value: unknown = new Map(Object.entries(claims)).get(name);
  return typeof value === 'string' ? value : '';
}

function otherRecipe(entry: PolicySigner, { proof, judged }: About): Fault | undefined {
  const { recipes } = entry;
  const { name, file, isUnread = false } = judged;
  const isNamed = name !== undefined && recipes?.includes(name) === true;
  if (recipes === undefined || isUnread || isNamed) return undefined;
  const of = name === undefined ? 'a recipe that could not be read' : `the recipe ${quote(name)}`;
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: file,
    found: `${describeSigner(proof.signer)} for ${of}`,
    expected: `${someOf(recipes.map((recipe) => quote(recipe)))}${as(entry)}`,
    hint: 'if this signer may vouch for this recipe too, add its name to "recipes"',
    sentence:
      name === undefined
        ? sentence`the policy allows the signer for some recipes alone, and this one could not be read`
        : sentence`the policy does not allow the signer for the recipe ${name}`,
  };
}

function outsideWindow(entry: PolicySigner, { proof, judged }: About): Fault | undefined {
  const { validFor } = entry;
  if (validFor === undefined) return undefined;
  const { start, end } = validFor;
  const isInside = (moment: Date): boolean =>
    (start === undefined || moment >= start) && (end === undefined || moment <= end);
  const moments = momentsOf(proof);
  if (moments.length > 0 && moments.every(isInside)) return undefined;
  const from = start === undefined ? '' : ` from ${timestampOf(start)}`;
  const until = end === undefined ? '' : ` until ${timestampOf(end)}`;
  const hint =
    'have the evidence signed by somebody who may sign now; what counts is when it was signed';
  const expected = `every proven time${from}${until}${as(entry)}`;
  return faultAt({ code: 'SIGNER_NOT_VALID', at: judged.file, hint }, timesOf(proof), expected);
}

function revokedThen(entry: PolicySigner, { proof, judged }: About): readonly Fault[] {
  const { revokedAt } = entry;
  if (revokedAt === undefined) return [];
  const moments = momentsOf(proof);
  if (moments.length > 0 && moments.every((moment) => moment < revokedAt)) return [];
  const hint = 'do not rely on it; have the evidence made again, and signed by another signer';
  const expected = `every proven time before ${timestampOf(revokedAt)}, when the signer was revoked${as(entry)}`;
  return [faultAt({ code: 'SIGNER_REVOKED', at: judged.file, hint }, timesOf(proof), expected)];
}

function revokedLater(entry: PolicySigner, about: About): readonly Finding[] {
  const { revokedAt } = entry;
  if (revokedAt === undefined || revokedThen(entry, about).length > 0) return [];
  return [
    {
      code: 'SIGNER_REVOKED_LATER',
      at: about.judged.file,
      found: `${timesOf(about.proof)}; revoked at ${timestampOf(revokedAt)}${as(entry)}`,
      expected: 'a signer who is not revoked',
      hint: 'ask why the signer was revoked, and from when on the reason held',
    },
  ];
}

function momentsOf({ times }: Proof): readonly Date[] {
  return times.flatMap(({ at, moments }) => [at, ...moments]);
}

/** As precise as they are compared. */
function timesOf(proof: Proof): string {
  const texts = momentsOf(proof).map((moment) => moment.toISOString().replace('.000Z', 'Z'));
  const all = [...new Set(texts)];
  return all.length === 0 ? 'no proven time' : `signed at ${all.join(' and ')}`;
}

/** Who says so. */
function as({ at }: PolicySigner): string {
  return at === undefined ? '' : `, as ${at} says`;
}
