// What `affidavit` says since version 1.1: figures, phases that were not run, and validators. docs/format.md §4

import type { Data, Json } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { ValidatorImage } from '../bom/validator-images.ts';
import type { PhaseConstraint } from '../figure/figure.ts';
import type { PhaseResult } from '../phase/phase.ts';

export interface RunFacts {
  readonly phases: readonly PhaseResult[];
  readonly phaseConstraints: readonly PhaseConstraint[];
  readonly validators: readonly ValidatorImage[];
}

export function runClaims({
  phases,
  phaseConstraints,
  validators,
}: RunFacts): Readonly<Record<'measured' | 'notRun' | 'validators', Json>> {
  return {
    measured: measuredClaim(phaseConstraints),
    notRun: notRunClaim(phases),
    validators: validatorsClaim(validators),
  };
}

/** The figure of each constraint that has one, as it was printed. */
export function measuredClaim(constraints: readonly PhaseConstraint[]): Json {
  return constraints.flatMap(({ name: constraint, expected, figure }) => {
    if (figure === undefined) return [];
    const { test, text: value, unit } = figure;
    return [{ test, constraint, expected, value, unit }];
  });
}

export function notRunClaim(phases: readonly PhaseResult[]): Json {
  return phases
    .filter(({ state }) => state === 'not-run')
    .map(({ phase, required }) => ({ phase, reason: required ? 'no-report' : 'not-required' }));
}

export function validatorsClaim(validators: readonly ValidatorImage[]): Json {
  return validators.map(({ test, image, source }) => ({ test, image, source }));
}

/** As they were received, and not compared yet. */
export interface ReceivedRunClaims {
  readonly measured: Data | undefined;
  readonly notRun: Data | undefined;
  readonly validators: Data | undefined;
  /** The rows that only whoever packed it vouches for. */
  readonly operators: readonly Pick<ValidatorImage, 'test' | 'image'>[];
}

/** Throws FIELD_MISSING, FIELD_INVALID. */
export function runClaimsIn(affidavit: ObjectReader): ReceivedRunClaims {
  requireTexts(affidavit, 'measured', ['test', 'constraint', 'expected', 'value', 'unit']);
  requireTexts(affidavit, 'notRun', ['phase', 'reason']);
  const rows = affidavit.list('validators', (item, at) => {
    const row = new ObjectReader(item, at);
    return {
      test: row.string('test'),
      image: row.string('image'),
      source: row.string('source'),
    };
  });
  return {
    measured: affidavit.data('measured'),
    notRun: affidavit.data('notRun'),
    validators: affidavit.data('validators'),
    operators: rows.filter(({ source }) => source === 'operator'),
  };
}

function requireTexts(affidavit: ObjectReader, name: string, fields: readonly string[]): void {
  affidavit.list(name, (item, at) => {
    const row = new ObjectReader(item, at);
    for (const field of fields) row.string(field);
  });
}
