import { describe, scalarText, type Data } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { parsedList } from '../../errors/evidence-error.ts';
import type { Finding, Parsed } from '../../errors/evidence-error.ts';
import { refuse, faultAt } from '../../place.ts';
import { PHASES, type Phase } from '../phase/phase.ts';

/**
 * One demand of a recipe on a value, as written. The recipe can be read even if the expression cannot.
 */
export interface RecipeConstraint {
  readonly name: string;
  /** The source text; "" if the recipe has none. */
  readonly expression: string;
  readonly severity: string | undefined;
  readonly remediation: string | undefined;
  /** The file and a JSON pointer, e.g. `recipe.yaml#/constraints/0`. */
  readonly at: string;
}

/** What the recipe demands of one phase. */
export interface RecipePhase {
  readonly phase: Phase;
  /** The names of the tests that have to be there, in the recipe's order. */
  readonly checks: readonly string[];
  /** For the validators: the names are no paths into the snapshot. */
  readonly constraints: readonly RecipeConstraint[];
}

export interface RecipeValidation {
  /** Of `validation.readiness`, evaluated on the snapshot like the recipe's own. */
  readonly readiness: readonly RecipeConstraint[];
  /** The phases that the block names, in the order of PHASES. Each of them is required. */
  readonly phases: readonly RecipePhase[];
}

const READINESS = 'readiness';
const ALSO_KNOWN = ['timeout', 'nodeSelection', 'infrastructure'];

/** Reads the recipe's `validation`; absent, it demands nothing. */
export function parseValidation(recipe: ObjectReader): Parsed<RecipeValidation> {
  const validation = recipe.optionalObject('validation');
  if (validation === undefined) return { value: { readiness: [], phases: [] }, findings: [] };
  const readiness = parsePhase(validation, READINESS);
  const named = PHASES.filter((phase) => validation.has(phase));
  const phases = parsedList(
    named.map((phase) => {
      const { value, findings } = parsePhase(validation, phase);
      return { value: { phase, ...value }, findings };
    }),
  );
  return {
    value: { readiness: readiness.value.constraints, phases: phases.value },
    findings: [
      ...readiness.findings,
      ...(readiness.value.checks.length > 0 ? [notRun(validation.object(READINESS))] : []),
      ...phases.findings,
      ...validation.ignored([]),
    ],
  };
}

type PhaseDemand = Omit<RecipePhase, 'phase'>;

const NO_DEMAND: PhaseDemand = { checks: [], constraints: [] };

/** A phase without content (`deployment:`) is still named, so it demands a report. */
function parsePhase(validation: ObjectReader, name: string): Parsed<PhaseDemand> {
  const phase = validation.optionalObject(name);
  if (phase === undefined) return { value: NO_DEMAND, findings: [] };
  const checks = phase.optionalList('checks', parseCheck);
  const constraints = parsedList(phase.optionalList('constraints', parseConstraint));
  return {
    value: { checks, constraints: constraints.value },
    findings: [...constraints.findings, ...phase.ignored(ALSO_KNOWN)],
  };
}

/** Readiness has constraints only; nobody runs a check there. */
function notRun(readiness: ObjectReader): Finding {
  const hint = 'move them to the phase that runs them';
  const found = 'checks of readiness, which no validator runs';
  const expected = `checks of ${PHASES.join(', ')}`;
  return faultAt({ code: 'FIELD_IGNORED', at: readiness.pointer('checks'), hint }, found, expected);
}

function parseCheck(data: Data, at: string): string {
  const text = scalarText(data) ?? '';
  if (text !== '') return text;
  const hint = 'name the check, or remove the entry';
  refuse({ code: 'FIELD_INVALID', at, hint }, describe(data), 'the name of a check');
}

/** Reads one entry of a list of constraints. Throws FIELD_MISSING, FIELD_INVALID. */
export function parseConstraint(data: Data, at: string): Parsed<RecipeConstraint> {
  const constraint = new ObjectReader(data, at);
  const value = {
    name: constraint.text('name'),
    expression: constraint.optionalText('value') ?? '',
    severity: constraint.optionalText('severity'),
    remediation: constraint.optionalText('remediation'),
    at,
  };
  return { value, findings: constraint.ignored(['unit']) };
}
