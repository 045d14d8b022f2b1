// What a report tells of one piece of evidence.

import { parseTime } from '../document/time.ts';
import type { PhaseJson, PolicyEntryJson, VerificationJson } from '../report/report-json.ts';
import type { FigureJson, GatePiece } from './gate-json.ts';

export const DAY_MS = 24 * 60 * 60 * 1000;

export interface Told extends Pick<
  VerificationJson,
  'signer' | 'signature' | 'policy' | 'phaseConstraints'
> {
  readonly phases?: readonly Pick<PhaseJson, 'phase' | 'state' | 'counts'>[] | undefined;
}

/** In milliseconds; below 0 if it was signed later. */
export function ageOf(signedAt: string, at: Date): number {
  return at.getTime() - (parseTime(signedAt)?.getTime() ?? Number.NaN);
}

type Facts = Pick<GatePiece, 'signer' | 'signedAt' | 'ageDays' | 'phases' | 'figures'>;

export function factsOf({ signer, signature, policy, ...report }: Told, at: Date): Facts {
  const { phases, phaseConstraints = [] } = report;
  const figures = phaseConstraints.flatMap(({ name, figure, expected }): readonly FigureJson[] =>
    figure === null ? [] : [{ name, measured: `${figure.text} ${figure.unit}`, floor: expected }],
  );
  return {
    ...(signer && { signer: namedBy(signer, policy?.entry) }),
    ...(signature.state === 'verified' && {
      signedAt: signature.signedAt,
      ageDays: Math.max(0, Math.ceil(ageOf(signature.signedAt, at) / DAY_MS)),
    }),
    ...(phases && { phases: phases.map(({ phase, state, counts }) => ({ phase, state, counts })) }),
    ...(figures.length > 0 && { figures }),
  };
}

function namedBy(
  signer: NonNullable<VerificationJson['signer']>,
  { tier, label }: Pick<PolicyEntryJson, 'tier' | 'label'> = {},
): NonNullable<GatePiece['signer']> {
  const name = 'publicKey' in signer ? { key: signer.publicKey } : signer;
  return { ...name, ...(tier && { tier }), ...(label !== undefined && { label }) };
}
