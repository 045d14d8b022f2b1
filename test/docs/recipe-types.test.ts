// docs/format.md has AICR's types of recipes as a table; the code has them as another.
import { describe, expect, it } from 'vitest';

import { isStruct, type GoStruct, type GoType } from '../../src/evidence/aicr/go-types.ts';
import { RECIPE_RESULT } from '../../src/evidence/aicr/recipe-types.ts';
import { read, sectionOf, tableRows } from './repository.ts';

const ROWS = tableRows(sectionOf(read('docs/format.md'), '10 Documents of AICR')).filter(
  (row) => row.length === 2,
);

/** The path to the type of each row but the first. */
const PATHS: Readonly<Record<string, string>> = {
  recipe: '',
  metadata: 'metadata',
  profile: 'metadata selectedProfile',
  criteria: 'criteria',
  constraint: 'constraints',
  component: 'componentRefs',
  validation: 'validation',
  phase: 'validation deployment',
};

/** The struct that a type is or has in it. */
function structIn(type: GoType): GoStruct | undefined {
  if (typeof type === 'string') return undefined;
  if (isStruct(type)) return type;
  return structIn('list' in type ? type.list : type.map);
}

function structAt(path: string): GoStruct {
  return path
    .split(' ')
    .filter((name) => name !== '')
    .reduce((struct, name) => structIn(struct.fields.get(name) ?? 'any') ?? struct, RECIPE_RESULT);
}

const NAMED = new Set(Object.values(PATHS).map((path) => structAt(path).fields));

/** The fields in their order, with those of structs that have no row. */
function fieldsOf({ fields, always }: GoStruct): readonly string[] {
  return [...fields].flatMap(([name, type]) => {
    const inner = structIn(type);
    const below = inner === undefined || NAMED.has(inner.fields) ? [] : fieldsOf(inner);
    return [`${name}${always.has(name) ? '*' : ''}`, ...below];
  });
}

describe('docs/format.md', () => {
  it('has a row for each type', () => {
    expect(ROWS.map(([name]) => name)).toEqual(Object.keys(PATHS));
  });

  it.each(ROWS)('lists the fields of the type %s in their order', (name = '', cell = '') => {
    const listed = [...cell.matchAll(/`(\w+)`(\\\*)?/g)].map(
      ([, field = '', star]) => `${field}${star === undefined ? '' : '*'}`,
    );
    expect(listed).toEqual(fieldsOf(structAt(PATHS[name] ?? '')));
  });
});
