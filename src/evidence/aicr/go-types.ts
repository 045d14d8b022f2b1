// Types as Go has them, as far as AICR's documents need them.

/** `any` holds what the document has. A value of each type is `Data`: a struct is a map of its fields. */
export type GoType =
  | 'string'
  | 'int'
  | 'bool'
  | 'any'
  | { readonly list: GoType }
  | { readonly map: GoType }
  | GoStruct;

export interface GoStruct {
  /** In Go's order. */
  readonly fields: ReadonlyMap<string, GoType>;
  /** The fields that are written even if they are empty; the others have `omitempty`. */
  readonly always: ReadonlySet<string>;
  /** May be absent, and is `null` then. A struct that is no pointer is always there. */
  readonly isPointer: boolean;
  /** The field that a text in the place of the struct is. */
  readonly orText?: string;
}

/** A struct; the names of the fields that are always written stand in one text. */
export function struct(fields: Readonly<Record<string, GoType>>, always = ''): GoStruct {
  return {
    fields: new Map(Object.entries(fields)),
    always: new Set(always.split(' ')),
    isPointer: false,
  };
}

export function pointer(to: GoStruct): GoStruct {
  return { ...to, isPointer: true };
}

export function isStruct(type: GoType): type is GoStruct {
  return typeof type === 'object' && 'fields' in type;
}
