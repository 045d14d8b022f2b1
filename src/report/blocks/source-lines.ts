import { sayName } from '../../policy/policy-signer.ts';
import { counted, joined, sentence, words, type Sentence } from '../../sentence.ts';
import type { ReferrerJson, VerificationJson } from '../report-json.ts';
import type { Line } from './block.ts';

const MOST_ATTACHED = 3;

/** Where evidence was fetched, and what else is attached to it. */
export function sourceLines(source: VerificationJson['source']): readonly Line[] {
  if (source === undefined || typeof source === 'string') return [];
  const { registry, digest, referrers } = source;
  const { subject } = referrers.find(({ fate }) => fate === 'reported') ?? {};
  const signed = subject === undefined ? '' : `, signed for ${SUBJECTS[subject]}`;
  const text = sentence`${registry}@${digest}${words(signed)}`;
  return [{ label: 'source', text }, ...attachedLine(referrers)];
}

const SUBJECTS = { artifact: 'this artifact', recipe: 'its recipe, not for the artifact' } as const;

/** The reason why one is not good stands in the JSON. */
function attachedLine(referrers: readonly ReferrerJson[]): readonly Line[] {
  // Of several good ones whoever reads this names one by its digest.
  const isSeveral = referrers.some(({ fate }) => fate === 'good');
  const others = referrers.filter(({ fate }) => isSeveral || fate !== 'reported');
  if (others.length === 0) return [];
  const left = others.length - MOST_ATTACHED;
  const shown = joined(others.slice(0, MOST_ATTACHED).map(saidOf), '; ');
  const more = left > 0 ? `; and ${counted(left, 'more', 'more')}` : '';
  return [{ label: 'attached', text: [...shown, more] }];
}

function saidOf({ fate, fault, signer, signedAt, digest }: ReferrerJson): Sentence {
  const what = words(fault === undefined ? fate : `${fate} (${fault.code})`);
  if (signer === undefined || signedAt === undefined) {
    return digest === undefined ? what : sentence`${what}: ${digest}`;
  }
  const name = 'publicKey' in signer ? { key: signer.publicKey } : signer;
  const which = digest === undefined ? words('') : sentence`, ${digest}`;
  return sentence`${what}: signed by ${words(sayName(name))} at ${signedAt}${which}`;
}
