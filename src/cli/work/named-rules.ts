// The flags of a call that can change a verdict, so that shards and summaries say by which rules they were judged.
import { digestOf } from '../../digest.ts';
import { durationText } from '../../duration.ts';
import { MAX_RUN_SPAN_MS } from '../../limits.ts';
import type { RulesJson } from '../../report/report-json.ts';
import type { Options } from '../call/options.ts';
import type { Rules } from './verify-input.ts';

/** By flag: whether the value stands as it was given, or what stands for it. Root and policy are named beside. */
const RULES: Readonly<Record<string, 'as given' | ((rules: Rules) => string | undefined)>> = {
  recipe: ({ recipe }) => recipe?.digest,
  recipes: ({ recipes }) => recipes?.digest(),
  'max-run-span': ({ maxRunSpan = MAX_RUN_SPAN_MS }) =>
    maxRunSpan === MAX_RUN_SPAN_MS ? undefined : durationText(maxRunSpan),
  judge: ({ trust }) => (trust.weakened.includes('--judge own') ? 'own' : undefined),
  'public-key': ({ policy }) =>
    policy?.signers.flatMap((key) => ('publicKey' in key ? digestOf(key.publicKey) : []))[0],
  // Of one bundle each: what is in it is nobody else's, so that it was compared is all that is said.
  logs: () => 'compared',
  revealed: () => 'compared',
  ...Object.fromEntries(
    [
      ...['accept-claimed', 'require-recomputed', 'allow-unsigned', 'allow-missing-sct', 'at'],
      ...['certificate-identity', 'certificate-oidc-issuer', 'certificate-identity-type'],
      ...['attestation', 'location', 'registry', 'allow-tag'],
    ].map((name) => [name, 'as given'] as const),
  ),
};

/** Those that were given, by name; a file is its digest. What is the default is not named. */
export function namedRules(options: Options, rules: Rules): RulesJson {
  const all = Object.entries(RULES).flatMap(([name, rule]) => {
    if (!options.has(name)) return [];
    const value = rule === 'as given' ? options.value(name) : rule(rules);
    return value === undefined || typeof value === 'number' ? [] : [[`--${name}`, value] as const];
  });
  return Object.fromEntries(all.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
