import type { Digest } from '../digest.ts';
import { timestampOf } from '../document/time.ts';
import type { Fault } from '../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import type { PolicySigner, VerifierTerms } from '../policy/policy-signer.ts';
import { matches } from '../policy/template.ts';
import { quote } from '../quote.ts';
import { counted, listed, sentence, words } from '../sentence.ts';
import { VERIFIED_PROPERTY, WEAKENED_PROPERTY } from './encode-summary.ts';
import type { ReceivedSummary } from './parse-summary.ts';

/** What is judged by an entry of `verifiers`. */
interface Judged {
  readonly file: string;
  readonly summary: ReceivedSummary;
  readonly now: Date | undefined;
}

/** An entry, and the summary that it is asked about. */
interface About {
  readonly at: string;
  readonly file: string;
  readonly terms: VerifierTerms;
  readonly summary: ReceivedSummary;
  readonly now: Date | undefined;
}

/** Why an entry does not allow a summary of the signer whom it names; undefined if it does. */
export function limitOfEntry(
  { at = '', verifier: terms }: PolicySigner,
  { file, summary, now }: Judged,
): Fault | undefined {
  if (terms === undefined) {
    const expected = 'a summary by a verifier that the policy allows';
    const hint = 'name in "verifierIds" what the signer may speak as';
    return { code: 'SIGNER_NOT_ALLOWED', at: file, found: 'no verifierIds', expected, hint };
  }
  const about = { at, file, terms, summary, now };
  return (
    otherVerifier(about) ??
    otherResource(about) ??
    otherPolicy(about) ??
    tooOld(about) ??
    notVerified(about)
  );
}

/** SLSA: "Consumers MUST accept only specific (signer, verifier) pairs." */
function otherVerifier({ at, file, terms: { ids }, summary: { verifier } }: About) {
  if (ids.includes(verifier)) return undefined;
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: file,
    found: `the verifier ${quote(verifier)}`,
    expected: `${ids.map((id) => quote(id)).join(' or ')}, as ${at} says`,
    hint: 'if this signer may speak as that verifier too, add it to "verifierIds"',
    sentence: sentence`the policy does not allow the signer to speak as the verifier ${verifier}`,
  } as const;
}

function otherResource({ at, file, terms: { resources }, summary: { resourceUri } }: About) {
  const isAllowed = (allowed: NonNullable<typeof resources>[number], uri: string): boolean =>
    typeof allowed === 'string' ? allowed === uri : matches(allowed, uri);
  if (resources === undefined) return undefined;
  if (resourceUri !== undefined && resources.some((one) => isAllowed(one, resourceUri))) {
    return undefined;
  }
  const all = resources.map((one) => quote(typeof one === 'string' ? one : one.text));
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: file,
    found: resourceUri === undefined ? 'no resource' : `the resource ${quote(resourceUri)}`,
    expected: `${all.join(' or ')}, as ${at} says`,
    hint: 'if this signer may speak of that resource too, add it to "resources"',
    sentence:
      resourceUri === undefined
        ? sentence`the policy allows the signer for some resources alone, and the summary names none`
        : sentence`the policy does not allow the signer for the resource ${resourceUri}`,
  } as const;
}

/** By each of the policies that it names: one of several might demand nothing. */
function otherPolicy({ at, file, terms: { policies }, summary }: About) {
  if (policies === undefined) return undefined;
  const isKnown = (digest: Digest | undefined): boolean =>
    digest !== undefined && policies.includes(digest);
  const found = summary.policies.map(({ digest }) => digest);
  if (found.length > 0 && found.every(isKnown)) return undefined;
  const other = found.find((digest) => !isKnown(digest));
  return {
    code: 'SIGNER_NOT_ALLOWED',
    at: file,
    found: other === undefined ? 'no policy with a digest' : `the policy ${other}`,
    expected: `${policies.join(' or ')}, as ${at} says`,
    hint: 'if that policy is good enough, add its digest to "policyDigests"',
    sentence: sentence`it was not verified by a policy that yours allows`,
  } as const;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** What counts is when it was verified: a summary can be signed long after that. */
function tooOld({ at, file, terms, summary: { time }, now }: About): Fault | undefined {
  const { maximumAgeDays } = terms;
  if (maximumAgeDays === undefined) return undefined;
  if (now === undefined) throw new TypeError('the policy limits the age: say what time it is');
  const age = time === undefined ? Number.NaN : now.getTime() - time.getTime();
  if (age >= -MAX_CLOCK_SKEW_MS && age <= maximumAgeDays * DAY_MS) return undefined;
  const clock = timestampOf(now);
  const days = counted(maximumAgeDays, 'day');
  return {
    code: 'STALE',
    at: file,
    found: `${time === undefined ? 'no time' : `verified at ${timestampOf(time)}`}; now it is ${clock}`,
    expected: `at most ${days} before, as ${at} says`,
    hint: 'have the verifier verify it again, or correct the clock of this machine or the time of --at',
    sentence: sentence`the policy allows a verification of the last ${words(days)}, and this one is none`,
  };
}

function notVerified({ at, file, terms, summary }: About): Fault | undefined {
  // A FAILED one says nothing of what held, and a check of its own says so.
  if (summary.result === 'FAILED') return undefined;
  const { properties = [VERIFIED_PROPERTY] } = terms;
  const missing = properties.filter((name) => !summary.properties.includes(name));
  // Whoever demands another property alone has not said that less safety is enough.
  const isWeak =
    summary.properties.includes(WEAKENED_PROPERTY) && !properties.includes(WEAKENED_PROPERTY);
  if (missing.length === 0 && !isWeak) return undefined;
  return {
    code: 'SUMMARY_NOT_PASSED',
    at: file,
    found: named(summary.properties),
    expected: `${named(properties)}${isWeak ? `, and no ${WEAKENED_PROPERTY}` : ''}, as ${at} demands`,
    hint: 'have it verified with that, or name in "properties" of the policy what is enough',
    sentence: isWeak
      ? sentence`it passed only because a flag gave safety up, and the policy does not say that this is enough`
      : sentence`the verifier does not say that this was verified: ${listed(missing, 3)}`,
  };
}

function named(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map((name) => quote(name)).join(', ');
}
