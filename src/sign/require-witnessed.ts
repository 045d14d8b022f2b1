import { orIfRefused, unlessRefused } from '../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS, MAX_SIGSTORE_BUNDLE_BYTES } from '../limits.ts';
import { refuse, type Place } from '../place.ts';
import type { Proof, SigstoreTrust } from '../trust/trust.ts';
import {
  encodeSigstoreBundle,
  type SignedEnvelope,
  type Witnessed,
} from './encode-sigstore-bundle.ts';

/** What somebody judges the answers of witnesses with. */
export type WitnessTrust = Pick<SigstoreTrust, 'root' | 'verifyAny'>;

/** A service that answered last. What was right before it and is wrong now, is its fault. */
export interface Witnessing {
  /** E.g. `timestamp authority`. */
  readonly name: string;
  readonly url: string;
  readonly trust: WitnessTrust;
  /** For a timestamp that was just asked for. */
  readonly now?: Date | undefined;
}

const FILE = { name: 'answer', maxBytes: MAX_SIGSTORE_BUNDLE_BYTES };

/**
 * A witness can answer anything, and what is logged is there for ever. So an envelope is verified with
 * each answer before the next service is asked.
 *
 * @throws EvidenceError SELF_CHECK_FAILED (unjudged), which names the service
 */
export function requireWitnessed(
  envelope: SignedEnvelope,
  witnessed: Witnessed,
  { name, url, trust, now }: Witnessing,
): void {
  if (!provesTime(witnessed)) return;
  const place: Place = {
    code: 'SELF_CHECK_FAILED',
    at: url,
    hint: 'check that --trusted-root belongs to the services of --signing-config, and the clock of this machine; if both are right, tell whoever runs this service',
  };
  const bytes = encodeSigstoreBundle(envelope, witnessed);
  const proof = orIfRefused(
    () => trust.verifyAny(bytes, FILE, { withoutLog: witnessed.entries.length === 0 }),
    (error) => {
      const expected = `${error.expected}, under ${trust.root.source}`;
      return refuse(place, `from the ${name}, ${error.code}: ${error.found}`, expected, error);
    },
  );
  if (now !== undefined) requireRecent(proof, now, { ...place, name });
}

/** Whether it verifies as it is, with a time that is proven. */
export function isWitnessed(
  envelope: SignedEnvelope,
  witnessed: Witnessed,
  trust: WitnessTrust,
): boolean {
  const bytes = encodeSigstoreBundle(envelope, witnessed);
  return unlessRefused(() => trust.verifyAny(bytes, FILE, { withoutLog: false })) !== undefined;
}

/** Rekor v2 states no time. A log that does may follow. */
function provesTime({ timestamps, entries }: Witnessed): boolean {
  return timestamps.length > 0 || entries.some(({ inclusionPromise }) => inclusionPromise);
}

/** It was asked for just now. Clocks differ a little. */
function requireRecent(
  { times }: Pick<Proof, 'times'>,
  now: Date,
  { name, ...place }: Place & { readonly name: string },
): void {
  const last = times.at(-1)?.at ?? now;
  if (Math.abs(last.getTime() - now.getTime()) <= MAX_CLOCK_SKEW_MS) return;
  const found = `from the ${name}, a timestamp of ${last.toISOString()}`;
  refuse(place, found, `one of now, ${now.toISOString()}`);
}
