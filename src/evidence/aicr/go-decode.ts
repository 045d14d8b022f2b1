// A document read into Go types as yaml.v3 v3.0.1 does it.

import { MixedMap, Plain, isNull, type Data, type DataMap } from '../../document/data.ts';
import { pointerToken } from '../../document/text.ts';
import { EvidenceError, findingsOf, type Finding } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { refusal } from '../../place.ts';
import { quote } from '../../quote.ts';
import { goBoolean, goInteger, resolvePlain } from './go-scalars.ts';
import { isStruct, type GoStruct, type GoType } from './go-types.ts';
import type { ScalarNode, YamlNode } from './yaml-emitter.ts';

export interface GoDocument {
  /** Absent and empty fields are not in it, unless the empty one is a struct behind a pointer. */
  readonly value: DataMap;
  /** What the types have no place for, and each number that Go writes otherwise. */
  readonly findings: readonly Finding[];
}

/**
 * @param file how complaints name it
 * @throws EvidenceError FIELD_INVALID for what the type cannot hold, DOCUMENT_DUPLICATE_KEY, and with
 *   `strict` FIELD_UNKNOWN, all invalid
 */
export function decodeGo(
  type: GoStruct,
  tree: YamlNode,
  { file, isStrict }: { readonly file: string; readonly isStrict: boolean },
): GoDocument {
  const decoder = new GoDecoder(isStrict);
  const value = decoder.struct(type, tree, `${file}#`);
  return { value, findings: decoder.findings() };
}

interface Dropped {
  readonly at: string;
  readonly found: string;
  /** The name, and those that are known in its place; absent for a null. */
  readonly name?: Name;
}

interface Name {
  readonly text: string;
  readonly known: readonly string[];
}

interface Rewritten {
  readonly at: string;
  readonly source: string;
  readonly written: string;
}

const KINDS = {
  string: 'a text',
  int: 'a whole number',
  bool: 'true or false',
  any: 'a value',
} as const;

class GoDecoder {
  readonly #isStrict: boolean;
  readonly #dropped: Dropped[] = [];
  readonly #rewritten: Rewritten[] = [];

  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }

  findings(): readonly Finding[] {
    return [
      ...findingsOf(this.#dropped, ({ at, found, name }) => ({
        code: 'FIELD_DROPPED',
        at,
        found,
        expected: "what AICR's recipes have there",
        hint: meant(name) ?? 'look for a spelling mistake; AICR leaves it out of what it hashes',
      })),
      ...findingsOf(this.#rewritten, ({ at, source, written }) => ({
        code: 'NUMBER_REWRITTEN',
        at,
        found: quote(source),
        expected: `${quote(written)}, as AICR writes it`,
        hint: 'write it as AICR does, or put it in quotes if it is a text',
      })),
    ];
  }

  /** Undefined is null where a type has none: then an item of a list is dropped, and a field is empty. */
  value(type: GoType, node: YamlNode, at: string): Data | undefined {
    if (type === 'any') return this.#any(node, at);
    if (isNullNode(node)) return undefined;
    if (isStruct(type)) return this.struct(type, node, at);
    if (typeof type === 'object') {
      return 'list' in type ? this.#list(type.list, node, at) : this.#map(type.map, node, at);
    }
    return node.kind === 'scalar' ? this.#scalar(type, node, at) : refuse(node, KINDS[type], at);
  }

  struct(type: GoStruct, node: YamlNode, at: string): DataMap {
    const { orText } = type;
    if (node.kind === 'scalar' && orText !== undefined && !this.#isStrict) {
      if (typeof valueOf(node) === 'string') return new Map([[orText, node.value]]);
    }
    if (node.kind !== 'map') return refuse(node, 'a map', at);
    return new Map(
      node.entries.flatMap(({ key, value }) => {
        const data = this.#field(type, key.value, value, below(at, key.value));
        return data === undefined ? [] : [[key.value, data]];
      }),
    );
  }

  #field({ fields, always }: GoStruct, name: string, node: YamlNode, at: string): Data | undefined {
    const type = fields.get(name);
    if (type === undefined) {
      this.#unknown(name, [...fields.keys()], at);
      return undefined;
    }
    const data = this.value(type, node, at);
    if (data === undefined && isStruct(type) && !always.has(name)) this.#dropNull(at);
    return data;
  }

  #unknown(text: string, known: readonly string[], at: string): void {
    const found = quote(text);
    if (!this.#isStrict) {
      this.#dropped.push({ at, found, name: { text, known } });
      return;
    }
    const hint =
      meant({ text, known }) ??
      'remove the field: AICR refuses a recipe of this apiVersion that has it';
    throw refusal({ code: 'FIELD_UNKNOWN', at, hint }, found, `one of ${known.join(', ')}`);
  }

  #dropNull(at: string): void {
    this.#dropped.push({ at, found: 'null' });
  }

  #scalar(type: 'string' | 'int' | 'bool', node: ScalarNode, at: string): Data {
    if (type === 'string') return node.value;
    const value = valueOf(node);
    if (type === 'bool') {
      const isTrue = goBoolean(value);
      return isTrue === undefined
        ? refuse(node, KINDS.bool, at)
        : new Plain('boolean', String(isTrue));
    }
    const integer = goInteger(value);
    if (integer === undefined) return refuse(node, KINDS.int, at);
    this.#note(node.value, integer, at);
    return new Plain('integer', integer);
  }

  #note(source: string, written: string, at: string): void {
    if (source !== written) this.#rewritten.push({ at, source, written });
  }

  #list(type: GoType, node: YamlNode, at: string): readonly Data[] {
    if (node.kind !== 'list') return refuse(node, 'a list', at);
    return node.items.flatMap((item, index) => {
      const place = below(at, String(index));
      const value = this.value(type, item, place);
      if (value === undefined) this.#dropNull(place);
      return value === undefined ? [] : [value];
    });
  }

  /** Keys become texts. */
  #map(type: GoType, node: YamlNode, at: string): DataMap {
    if (node.kind !== 'map') return refuse(node, 'a map', at);
    const zero = typeof type === 'object' ? [] : '';
    return new Map(
      node.entries.map(({ key, value }) => [
        key.value,
        this.value(type, value, below(at, key.value)) ?? zero,
      ]),
    );
  }

  #any(node: YamlNode, at: string): Data {
    if (node.kind === 'list') {
      return node.items.map((item, index) => this.#any(item, below(at, String(index))));
    }
    if (node.kind === 'map') return this.#anyMap(node, at);
    const value = valueOf(node);
    if (value instanceof Plain && value.type !== 'null' && value.type !== 'boolean') {
      this.#note(node.value, value.text, at);
    }
    return value;
  }

  /** Keys keep their type, which Go's spelling may make equal. */
  #anyMap({ entries }: YamlNode & { readonly kind: 'map' }, at: string): Data {
    const values = new Map<string, Data>();
    const plainKeys = new Map<string, Plain>();
    for (const { key, value } of entries) {
      const place = below(at, key.value);
      const name = valueOf(key);
      const written = typeof name === 'string' ? name : name.text;
      // No key of a Go map equals NaN, so its value is lost.
      if (name instanceof Plain && written === '.nan') refuse(key, 'a key that is a number', place);
      if (values.has(written)) refuseTwice(key.value, written, place);
      if (name instanceof Plain) plainKeys.set(written, name);
      values.set(written, this.#any(value, place));
    }
    return plainKeys.size === 0 ? values : new MixedMap(values, plainKeys);
  }
}

function meant(name: Name | undefined): string | undefined {
  const like = name && nearest(name.text, name.known);
  return like === undefined ? undefined : `did you mean ${quote(like)}?`;
}

function valueOf({ value, style }: ScalarNode): string | Plain {
  return style === 'plain' ? resolvePlain(value) : value;
}

function isNullNode(node: YamlNode): boolean {
  return node.kind === 'scalar' && isNull(valueOf(node));
}

function below(at: string, key: string): string {
  return `${at}/${pointerToken(key)}`;
}

function refuse(node: YamlNode, expected: string, at: string): never {
  throw new EvidenceError('FIELD_INVALID', {
    at,
    found: node.kind === 'scalar' ? quote(node.value) : `a ${node.kind}`,
    expected,
    hint: 'correct the field: AICR does not read the recipe as it is',
  });
}

function refuseTwice(name: string, written: string, at: string): never {
  throw new EvidenceError('DOCUMENT_DUPLICATE_KEY', {
    at,
    found: `${quote(name)}, which AICR writes as ${quote(written)}, like another key`,
    expected: 'keys that differ as AICR writes them',
    hint: 'remove one of them, or put it in quotes if it is a text',
  });
}
