import type { Data } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { unknownFields } from '../../document/unknown-fields.ts';
import type { Parsed } from '../../errors/evidence-error.ts';

/** One demand of a recipe on a value, as written: an expression may be unreadable, the recipe is not. */
export interface RecipeConstraint {
  readonly name: string;
  /** The source text; "" if the recipe has none. */
  readonly expression: string;
  readonly severity: string | undefined;
  readonly remediation: string | undefined;
  /** The file and a JSON pointer, e.g. `recipe.yaml#/constraints/0`. */
  readonly at: string;
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
  return { value, findings: unknownFields(constraint, ['unit']) };
}
