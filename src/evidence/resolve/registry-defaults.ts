import type { Data, DataMap } from '../../document/data.ts';
import { textOf } from './part.ts';
import type { RegistryEntry } from './registry.ts';
import type { Trace } from './trace.ts';

/** The writer of what the registry fills in. */
const REGISTRY_WRITER = { by: 'registry.yaml', rank: Number.POSITIVE_INFINITY };

/** What only components of one type have. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Helm: ['source', 'version', 'namespace', 'chart'],
  Kustomize: ['source', 'tag', 'path'],
};

/** A component with what the registry has for its empty fields. */
export function withDefaults(
  component: DataMap,
  entry: RegistryEntry | undefined,
  trace: Trace,
): DataMap {
  if (entry === undefined) return component;
  const filled = new Map<string, Data>(component);
  const fill = (field: string, value: string): void => {
    if (value === '' || textOf(filled, field) !== '') return;
    filled.set(field, value);
    const path = ['componentRefs', entry.name, field];
    trace.add(path, { ...REGISTRY_WRITER, at: entry.at, value });
  };
  fill('type', entry.type);
  for (const field of FIELDS[textOf(filled, 'type')] ?? []) {
    fill(field, entry.defaults.get(field) ?? '');
  }
  return filled;
}
