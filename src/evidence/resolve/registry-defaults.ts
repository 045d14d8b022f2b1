import { booleanOf, listOf, textOf, type Data, type DataMap } from '../../document/data.ts';
import { decodeUtf8 } from '../../document/text.ts';
import { canonicalType } from '../recipe/prepare-components.ts';
import type { Catalogue } from './catalogue.ts';
import { namedFile } from './recipe-files.ts';
import type { Trace } from './trace.ts';

/** The writer of what the registry fills in. */
const REGISTRY_WRITER = { by: 'registry.yaml', rank: Number.POSITIVE_INFINITY };

/** What only components of one type have. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Helm', ['source', 'version', 'namespace', 'chart']],
  ['Kustomize', ['source', 'tag', 'path']],
]);

/** A component with what the registry has for its empty fields. */
export function withDefaults(
  component: DataMap,
  { rules, registry }: Catalogue,
  trace: Trace,
): DataMap {
  const entry = registry.get(textOf(component, 'name'));
  if (entry === undefined) return component;
  const filled = new Map<string, Data>(component);
  const fill = (field: string, value: string): void => {
    if (value === '' || textOf(filled, field) !== '') return;
    filled.set(field, value);
    const path = ['componentRefs', entry.name, field];
    trace.add(path, { ...REGISTRY_WRITER, at: entry.at, value });
  };
  if (rules === 'current') filled.set('type', canonicalType(textOf(component, 'type')));
  fill('type', entry.type);
  for (const field of FIELDS.get(textOf(filled, 'type')) ?? []) {
    fill(field, entry.defaults.get(field) ?? '');
  }
  if (rules === 'current' && listOf(filled, 'manifestFiles').length === 0) {
    filled.set('manifestFiles', entry.manifestFiles);
  }
  return filled;
}

/**
 * A component with the assertions of its health check, if it has none of its own and does not skip it: also
 * if it is turned off.
 *
 * @throws EvidenceError RECIPE_FILE_MISSING, DOCUMENT_INVALID
 */
export function withAsserts(
  component: DataMap,
  { recipes, registry }: Catalogue,
  trace: Trace,
): DataMap {
  const entry = registry.get(textOf(component, 'name'));
  const isSkipped = booleanOf(component.get('healthCheckSkip')) === true;
  if (entry === undefined || entry.assertFile === '' || isSkipped) return component;
  if (textOf(component, 'healthCheckAsserts') !== '') return component;
  const at = `${entry.at}/healthCheck/assertFile`;
  const value = decodeUtf8(namedFile(recipes, entry.assertFile, at), entry.assertFile);
  trace.add(['componentRefs', entry.name, 'healthCheckAsserts'], { ...REGISTRY_WRITER, at, value });
  return new Map([...component, ['healthCheckAsserts', value]]);
}
