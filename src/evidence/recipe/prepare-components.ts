// What AICR does with the components of a recipe before it uses it: it fills in the type, and refuses
// what its deployers would understand in more than one way.

import { describe, isDataList, isDataMap, listOf, mapOf, textOf } from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { EvidenceError, type ErrorDetail } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { isEnabledBy } from './recipe-component.ts';

/** The type of a component by its name; undefined if the registry does not have it. */
export type TypeOf = (name: string) => string | undefined;

/**
 * A recipe in AICR's types as AICR takes it to use it.
 *
 * @param typeOf undefined if there is no registry
 * @param file how complaints name the recipe
 * @throws EvidenceError FIELD_MISSING and FIELD_INVALID (both invalid)
 */
export function prepareComponents(
  recipe: DataMap,
  typeOf: TypeOf | undefined,
  file: string,
): DataMap {
  const names = new Set<string>();
  const prepared = withTypes(recipe, typeOf);
  for (const [index, component] of componentsOf(prepared).entries()) {
    const at = `${file}#/componentRefs/${index}`;
    requireOwnName(component, names, at);
    if (!isEnabled(component)) continue;
    requireType(component, typeOf, at);
    requireCoherent(component, at);
  }
  return prepared;
}

/**
 * The recipe with the type of each component in AICR's spelling. One that is deployed and has none gets that of the registry.
 */
export function withTypes(recipe: DataMap, typeOf?: TypeOf): DataMap {
  if (!isDataList(recipe.get('componentRefs'))) return recipe;
  const components = componentsOf(recipe).map((component) => {
    const type = textOf(component, 'type');
    const filled = type === '' && isEnabled(component) ? typeOf?.(textOf(component, 'name')) : type;
    return new Map([...component, ['type', canonicalType(filled ?? '')]]);
  });
  return new Map([...recipe, ['componentRefs', components]]);
}

function componentsOf(recipe: DataMap): readonly DataMap[] {
  return listOf(recipe, 'componentRefs').filter(isDataMap);
}

function isEnabled(component: DataMap): boolean {
  return isEnabledBy(mapOf(component, 'overrides'));
}

const TYPES = ['Helm', 'Kustomize'];

/** AICR reads the type in any case and writes it in one. */
export function canonicalType(type: string): string {
  return TYPES.find((name) => name.toLowerCase() === type.toLowerCase()) ?? type;
}

function requireOwnName(component: DataMap, names: Set<string>, at: string): void {
  const name = textOf(component, 'name');
  if (name === 'deployer') {
    refuse(`${at}/name`, {
      found: '"deployer"',
      expected: 'another name: AICR has settings of that name',
    });
  }
  if (name !== '' && names.has(name)) {
    refuse(`${at}/name`, {
      found: `a second component ${quote(name)}`,
      expected: 'one component of each name',
    });
  }
  names.add(name);
}

function requireType(component: DataMap, typeOf: TypeOf | undefined, at: string): void {
  if (textOf(component, 'type') !== '') return;
  const named = `no type of ${quote(textOf(component, 'name'))}`;
  throw new EvidenceError('FIELD_MISSING', {
    at: `${at}/type`,
    found: typeOf === undefined ? named : `${named}, which the registry does not have either`,
    expected: TYPES.join(' or '),
    hint:
      typeOf === undefined
        ? 'name the type, or add --data DIR: AICR takes it from the registry of its recipes'
        : 'name the type',
  });
}

interface Rule {
  readonly field: string;
  readonly isBroken: (component: DataMap) => boolean;
  readonly expected: string;
}

function has(field: string): Rule['isBroken'] {
  return (component) => {
    const value = component.get(field);
    return typeof value === 'string' || isDataList(value) ? value.length > 0 : false;
  };
}

function isPadded(field: string): Rule['isBroken'] {
  return (component) => textOf(component, field) !== textOf(component, field).trim();
}

const NO_PATCHES: Rule = {
  field: 'patches',
  isBroken: has('patches'),
  expected: 'no patches: nothing applies them',
};

const HELM: readonly Rule[] = [
  NO_PATCHES,
  ...['tag', 'path'].map((field) => ({
    field,
    isBroken: has(field),
    expected: `no ${field}, which only a component of type Kustomize has`,
  })),
  ...['chart', 'source', 'version'].map((field) => ({
    field,
    isBroken: isPadded(field),
    expected: 'a text without blanks around it',
  })),
  {
    field: 'version',
    isBroken: (component) => textOf(component, 'version') === 'v',
    expected: 'a whole version',
  },
  {
    field: 'version',
    isBroken: (component) => has('source')(component) && !has('version')(component),
    expected: 'the version of the chart',
  },
  {
    field: 'source',
    isBroken: (component) => !has('source')(component) && has('chart')(component),
    expected: 'the repository of the chart',
  },
  {
    field: 'source',
    isBroken: (component) => !has('source')(component) && !has('manifestFiles')(component),
    expected: 'a chart, or manifestFiles',
  },
];

const KUSTOMIZE: readonly Rule[] = [
  NO_PATCHES,
  {
    field: 'path',
    isBroken: (component) => !has('path')(component),
    expected: 'the path to the kustomization',
  },
  {
    field: 'source',
    isBroken: (component) => has('tag')(component) && !has('source')(component),
    expected: 'the repository that has the tag',
  },
  {
    field: 'manifestFiles',
    isBroken: has('manifestFiles'),
    expected: 'none beside a kustomization',
  },
];

/** No object: a type may be named like a part of any object. */
const RULES: ReadonlyMap<string, readonly Rule[]> = new Map([
  ['Helm', HELM],
  ['Kustomize', KUSTOMIZE],
]);

const NO_SUCH_TYPE: readonly Rule[] = [
  { field: 'type', isBroken: () => true, expected: TYPES.join(' or ') },
];

function requireCoherent(component: DataMap, at: string): void {
  const type = textOf(component, 'type');
  const rules = RULES.get(type) ?? NO_SUCH_TYPE;
  const broken = rules.find(({ isBroken }) => isBroken(component));
  if (broken === undefined) return;
  const { field, expected } = broken;
  const value = component.get(field);
  refuse(`${at}/${field}`, {
    found: `${found(value)} in the component ${quote(textOf(component, 'name'))} of type ${quote(type)}`,
    expected,
  });
}

function found(value: Data | undefined): string {
  return typeof value === 'string' && value !== ''
    ? quote(value)
    : describe(value === '' ? undefined : value);
}

function refuse(at: string, detail: Pick<ErrorDetail, 'found' | 'expected'>): never {
  throw new EvidenceError('FIELD_INVALID', {
    at,
    ...detail,
    hint: 'correct the component: AICR refuses the recipe as it is',
  });
}
