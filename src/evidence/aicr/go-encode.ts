// Go values as the tree that yaml.v3 writes of them.

import { MixedMap, Plain, isDataList, isDataMap } from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { compareKeys } from './go-keys.ts';
import { styleOfText } from './go-scalars.ts';
import { isStruct, type GoStruct, type GoType } from './go-types.ts';
import type { Entry, ScalarNode, YamlNode } from './yaml-emitter.ts';

/** The tree of a value of this type; an absent one is the type's zero value. */
export function encodeGo(type: GoType, value: Data | undefined): YamlNode {
  if (value === undefined) return zeroOf(type);
  if (isStruct(type)) return structNode(type, isDataMap(value) ? value : undefined);
  if (value instanceof Plain) return scalar(value.text);
  if (typeof value === 'string') return text(value);
  const part = partOf(type);
  return isDataList(value)
    ? listNode(value.map((item) => encodeGo(part, item)))
    : mapNode(sortedEntries(value, part));
}

/** The type of what a list or map holds. */
function partOf(type: GoType): GoType {
  if (typeof type === 'string' || isStruct(type)) return 'any';
  return 'list' in type ? type.list : type.map;
}

function zeroOf(type: GoType): YamlNode {
  if (isStruct(type)) return type.isPointer ? scalar('null') : structNode(type, undefined);
  if (typeof type === 'object') return 'list' in type ? listNode([]) : mapNode([]);
  return type === 'string' ? text('') : scalar({ int: '0', bool: 'false', any: 'null' }[type]);
}

function structNode({ fields, always }: GoStruct, value: DataMap | undefined): YamlNode {
  const entries = [...fields].flatMap(([name, type]): readonly Entry[] => {
    const field = value?.get(name);
    if (!always.has(name) && isZero(type, field)) return [];
    return [{ key: text(name), value: encodeGo(type, field) }];
  });
  return mapNode(entries);
}

/** What yaml.v3 leaves out under `omitempty`. */
function isZero(type: GoType, value: Data | undefined): boolean {
  if (value === undefined) return true;
  if (isStruct(type)) {
    const { fields, isPointer } = type;
    return (
      !isPointer &&
      isDataMap(value) &&
      [...fields].every(([name, field]) => isZero(field, value.get(name)))
    );
  }
  if (value instanceof Plain) return type !== 'any' && ['0', 'false'].includes(value.text);
  return typeof value === 'string' || isDataList(value)
    ? value.length === 0
    : isDataMap(value) && value.size === 0;
}

function sortedEntries(map: DataMap, type: GoType): readonly Entry[] {
  const plainKeys = map instanceof MixedMap ? map.plainKeys : undefined;
  return [...map]
    .map(([name, value]) => ({ key: plainKeys?.get(name) ?? name, value }))
    .toSorted((a, b) => compareKeys(a.key, b.key))
    .map(({ key, value }) => ({
      key: typeof key === 'string' ? text(key) : scalar(key.text),
      value: encodeGo(type, value),
    }));
}

function text(value: string): ScalarNode {
  return { kind: 'scalar', value, style: styleOfText(value) };
}

function scalar(value: string): ScalarNode {
  return { kind: 'scalar', value, style: 'plain' };
}

/** An empty collection is written in brackets. */
function listNode(items: readonly YamlNode[]): YamlNode {
  return { kind: 'list', items, context: items.length === 0 ? 'flow' : 'block' };
}

function mapNode(entries: readonly Entry[]): YamlNode {
  return { kind: 'map', entries, context: entries.length === 0 ? 'flow' : 'block' };
}
