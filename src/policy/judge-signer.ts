// Whether a policy allows who signed, when, for what, and with which proofs.

import { timestampOf } from '../document/time.ts';
import type { Fault, Finding } from '../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { quote } from '../quote.ts';
import { counted } from '../sentence.ts';
import { isKeySigner, type Proof, type ProvenSigner } from '../trust/trust.ts';
import { describeSigner, isNamedBy, otherClaims } from './policy-signer.ts';
import type { PolicySigner } from './policy-signer.ts';
import type { Policy } from './policy.ts';

/** What is judged, beside the proof. */
export interface Judged {
  /** How complaints name the attestation. */
  readonly file: string;
  /** The recomputed name of what was signed, e.g. of the recipe; undefined if it could not be recomputed. */
  readonly name: string | undefined;
  /** What time it is; undefined if nobody said. */
  readonly now: Date | undefined;
}

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
  const signer = judgeEntries(entries, named, about);
  return {
    ...signer,
    faults: [...signer.faults, ...tooFew(about), ...stale(about)],
    findings: entries.flatMap((entry) => revokedSince(entry, about)),
    found: describeSigner(proof.signer),
    expected: expectedOf(policy),
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
): Pick<SignerJudgement, 'entry' | 'faults'> {
  const revoked = entries.flatMap((entry) => revokedThen(entry, about));
  // A stolen key is stolen for every entry.
  if (revoked.length > 0) return { entry: undefined, faults: revoked.slice(0, 1) };
  const limits = entries.map((entry) => ({ entry, fault: limitOf(entry, about) }));
  const allowing = limits.find(({ fault }) => fault === undefined);
  if (allowing !== undefined) return { entry: allowing.entry, faults: [] };
  const fault = limits[0]?.fault ?? notNamed(named, about);
  return { entry: undefined, faults: [fault] };
}

/** Why this entry does not allow the signer whom it names. */
function limitOf(entry: PolicySigner, about: About): Fault | undefined {
  return outsideWindow(entry, about) ?? otherRecipe(entry, about);
}

function notNamed(named: readonly PolicySigner[], { policy, proof, judged }: About): Fault {
  const { signer } = proof;
  const [entry] = named;
  if (entry !== undefined) return otherClaim(entry, signer, judged);
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: judged.file,
    found: describeSigner(signer),
    expected: expectedOf(policy),
    hint: isKeySigner(signer)
      ? 'if you trust this signer, name exactly this key'
      : 'if you trust this signer, name exactly this identity and issuer',
  };
}

/** As many as one reads. */
const MAX_NAMED = 3;

function expectedOf({ signers }: Policy): string {
  const named = signers.slice(0, MAX_NAMED).map(describeSigner);
  const more = signers.length - named.length;
  return [...named, ...(more > 0 ? [`one of ${more} more`] : [])].join(', or ');
}

function otherClaim(entry: PolicySigner, signer: ProvenSigner, { file }: Judged): Fault {
  const [name = ''] = otherClaims(entry, signer);
  const found = isKeySigner(signer) ? undefined : claimOf(signer.claims, name);
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: file,
    found: `${describeSigner(signer)}, with ${found === undefined ? `no ${name}` : `the ${name} ${quote(found)}`}`,
    expected: `the ${name} ${quote(claimOf('claims' in entry ? entry.claims : {}, name) ?? '')}${as(entry)}`,
    hint: `if you trust this caller of the workflow too, add an entry with its ${name}`,
  };
}

function claimOf(claims: object | undefined, name: string): string | undefined {
  const value: unknown = new Map(Object.entries(claims ?? {})).get(name);
  return typeof value === 'string' ? value : undefined;
}

function otherRecipe(entry: PolicySigner, { proof, judged }: About): Fault | undefined {
  const { recipes } = entry;
  const { name, file } = judged;
  if (recipes === undefined || (name !== undefined && recipes.includes(name))) return undefined;
  const of = name === undefined ? 'a recipe that could not be read' : `the recipe ${quote(name)}`;
  const listed = recipes.slice(0, MAX_NAMED).map((recipe) => quote(recipe));
  const more = recipes.length - listed.length;
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: file,
    found: `${describeSigner(proof.signer)} for ${of}`,
    expected: `${[...listed, ...(more > 0 ? [`one of ${more} more`] : [])].join(', or ')}${as(entry)}`,
    hint: 'if this signer may sign evidence of this recipe too, add its name to "recipes"',
  };
}

function outsideWindow(entry: PolicySigner, { proof, judged }: About): Fault | undefined {
  const { validFor } = entry;
  if (validFor === undefined) return undefined;
  const { start, end } = validFor;
  const isInside = ({ at }: Proof['times'][number]): boolean =>
    (start === undefined || at >= start) && (end === undefined || at <= end);
  if (proof.times.length > 0 && proof.times.every(isInside)) return undefined;
  const from = start === undefined ? '' : ` from ${timestampOf(start)}`;
  const until = end === undefined ? '' : ` until ${timestampOf(end)}`;
  return {
    code: 'SIGNER_NOT_VALID',
    at: judged.file,
    found: timesOf(proof),
    expected: `every proven time${from}${until}${as(entry)}`,
    hint: 'have the evidence signed by somebody who may sign now; what counts is when it was signed',
  };
}

function revokedThen(entry: PolicySigner, { proof, judged }: About): readonly Fault[] {
  const { revokedAt } = entry;
  if (revokedAt === undefined) return [];
  if (proof.times.length > 0 && proof.times.every(({ at }) => at < revokedAt)) return [];
  return [
    {
      code: 'SIGNER_REVOKED',
      at: judged.file,
      found: timesOf(proof),
      expected: `every proven time before ${timestampOf(revokedAt)}, when the signer was revoked${as(entry)}`,
      hint: 'do not rely on it; have the evidence made again, and signed by another signer',
    },
  ];
}

function revokedSince(entry: PolicySigner, about: About): readonly Finding[] {
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

/** The evidence of several entries of one log, or of several stamps of one second, is the same log or authority. */
function tooFew({ policy, proof, judged }: About): readonly Fault[] {
  const { minimumLogs = 0, minimumTimestamps = 0 } = policy;
  const logs = new Set(proof.logEntries.map(({ log }) => log)).size;
  const timestamps = proof.times.filter(({ source }) => source === 'timestamp authority').length;
  const rows = [
    [logs, minimumLogs, 'log'],
    [timestamps, minimumTimestamps, 'timestamp'],
  ] as const;
  return rows.flatMap(([found, least, noun]) =>
    found >= least
      ? []
      : [
          {
            code: 'PROOFS_TOO_FEW' as const,
            at: judged.file,
            found: counted(found, noun),
            expected: `${least} or more, as the policy demands`,
            hint: `have the evidence signed again with a signing config that names ${counted(least, noun)}`,
          },
        ],
  );
}

const DAY_MS = 24 * 60 * 60 * 1000;

function stale({ policy, proof, judged }: About): readonly Fault[] {
  const { maximumAgeDays } = policy;
  if (maximumAgeDays === undefined) return [];
  const { now, file } = judged;
  if (now === undefined) throw new TypeError('the policy limits the age: say what time it is');
  const age = now.getTime() - proof.signedAt.getTime();
  // A clock that is behind would make everything fresh.
  const isFuture = !(age >= -MAX_CLOCK_SKEW_MS);
  if (!isFuture && age <= maximumAgeDays * DAY_MS) return [];
  const days = counted(Math.floor(age / DAY_MS), 'day');
  return [
    {
      code: 'STALE',
      at: file,
      found: `signed at ${timestampOf(proof.signedAt)}, ${isFuture ? 'after' : `${days} before`} ${timestampOf(now)}`,
      expected: `at most ${counted(maximumAgeDays, 'day')} before, as the policy demands`,
      hint: isFuture
        ? 'correct the clock of this machine, or the time of --at'
        : 'have the evidence made again, or decide that its age does not matter',
    },
  ];
}

function timesOf({ times }: Proof): string {
  const all = [...new Set(times.map(({ at }) => timestampOf(at)))];
  return all.length === 0 ? 'no proven time' : `signed at ${all.join(' and ')}`;
}

/** Who says so. */
function as({ at }: PolicySigner): string {
  return at === undefined ? '' : `, as ${at} says`;
}
