import { trimBlanks } from '../../document/blanks.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { Parsed } from '../../errors/evidence-error.ts';

/** What a recipe is for. "" and 0 demand nothing; AICR writes `any` there. */
export interface Criteria {
  readonly service: string;
  readonly accelerator: string;
  readonly os: string;
  readonly intent: string;
  readonly platform: string;
  readonly nodes: number;
}

const SERVICE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['self-managed', ''],
  ['self', ''],
  ['vanilla', ''],
]);

const OS_ALIASES: ReadonlyMap<string, string> = new Map([
  ['al2', 'amazonlinux'],
  ['al2023', 'amazonlinux'],
]);

/** The only values of AICR with a dash, and what may have them. */
const DASHED: ReadonlySet<string> = new Set(['accelerator rtx-pro-6000', 'service self-managed']);

/** Reads the recipe's `criteria`; absent ones demand nothing. Any value is allowed. */
export function parseCriteria(recipe: ObjectReader): Parsed<Criteria> {
  const criteria = new ObjectReader(recipe.optionalMap('criteria'), recipe.pointer('criteria'));
  const service = demand(criteria, 'service');
  const os = demand(criteria, 'os');
  const value = {
    service: SERVICE_ALIASES.get(service) ?? service,
    accelerator: demand(criteria, 'accelerator'),
    os: OS_ALIASES.get(os) ?? os,
    intent: demand(criteria, 'intent'),
    platform: demand(criteria, 'platform'),
    nodes: criteria.optionalText('nodes') === undefined ? 0 : criteria.integer('nodes'),
  };
  return { value, findings: criteria.ignored([]) };
}

/** AICR's name of a recipe, e.g. `h100-eks-ubuntu-training`; `recipe` if nothing is demanded. */
export function recipeNameOf(criteria: Criteria): string {
  const { accelerator, service, os, intent, platform } = criteria;
  const parts = [accelerator, service, os, intent, platform].filter((part) => part !== '');
  return parts.length === 0 ? 'recipe' : parts.join('-');
}

function demand(criteria: ObjectReader, name: string): string {
  const value = trimBlanks(criteria.optionalText(name) ?? '').toLowerCase();
  // The recipe's name joins the values with dashes. If a value could have one, a recipe with only
  // `platform: h100-eks` would have the name of a recipe that demands much more.
  if (/^[a-z0-9._]*$/.test(value) || DASHED.has(`${name} ${value}`)) {
    return value === 'any' ? '' : value;
  }
  return criteria.refuse(name, {
    code: 'FIELD_INVALID',
    expected: 'letters, digits, "." and "_": a dash separates the values in the name of the recipe',
    hint: 'write one value of this criterion, as `aicr recipe` does',
  });
}
