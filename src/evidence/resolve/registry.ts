import { scalarText, type Data } from '../../document/data.ts';
import { acceptHeader } from '../../document/header.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { Finding } from '../../errors/evidence-error.ts';
import type { RecipeDocument } from './overlay.ts';
import type { Rules } from './rules.ts';

/** What the registry says of a component, to fill in what recipes leave open. Absent texts are "". */
export interface RegistryEntry {
  readonly name: string;
  readonly at: string;
  readonly type: 'Helm' | 'Kustomize';
  /** By the field of the component that each fills. */
  readonly defaults: ReadonlyMap<string, string>;
  readonly manifestFiles: readonly string[];
  /** The path of the file with the assertions of its health check. */
  readonly assertFile: string;
  /** Where a mixin may set values of a component that is there already. */
  readonly mixinSafePaths: readonly string[];
}

export interface Registry {
  readonly entries: ReadonlyMap<string, RegistryEntry>;
  readonly findings: readonly Finding[];
}

/** Reads `registry.yaml`. Throws FIELD_MISSING, FIELD_INVALID, and KIND_UNEXPECTED by the current rules. */
export function parseRegistry({ data, file }: RecipeDocument, rules: Rules): Registry {
  const document = new ObjectReader(data, file);
  const findings = rules === 'current' ? acceptHeader(document, 'ComponentRegistry').findings : [];
  const entries = document.optionalList('components', parseEntry);
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), findings };
}

function parseEntry(data: Data, at: string): RegistryEntry {
  const component = new ObjectReader(data, at);
  const helm = helmDefaults(component);
  const kustomize = kustomizeDefaults(component);
  const isKustomize = kustomize.source !== '';
  return {
    name: component.text('name'),
    at,
    type: isKustomize ? 'Kustomize' : 'Helm',
    defaults: new Map(Object.entries(isKustomize ? kustomize : helm)),
    manifestFiles: texts(component, 'manifestFiles'),
    assertFile: component.optionalObject('healthCheck')?.optionalText('assertFile') ?? '',
    mixinSafePaths: texts(component, 'mixinSafeOverridePaths'),
  };
}

function texts(component: ObjectReader, name: string): readonly string[] {
  return component.optionalList(name, (item) => scalarText(item) ?? '');
}

/** The chart is the last part of its name in the repository. */
function helmDefaults(component: ObjectReader): Readonly<Record<string, string>> {
  const helm = component.optionalObject('helm');
  const chart = helm?.optionalText('defaultChart') ?? '';
  return {
    source: helm?.optionalText('defaultRepository') ?? '',
    version: helm?.optionalText('defaultVersion') ?? '',
    namespace: helm?.optionalText('defaultNamespace') ?? '',
    chart: chart.slice(chart.lastIndexOf('/') + 1),
  };
}

function kustomizeDefaults(
  component: ObjectReader,
): Readonly<Record<'source' | 'tag' | 'path', string>> {
  const kustomize = component.optionalObject('kustomize');
  return {
    source: kustomize?.optionalText('defaultSource') ?? '',
    tag: kustomize?.optionalText('defaultTag') ?? '',
    path: kustomize?.optionalText('defaultPath') ?? '',
  };
}
