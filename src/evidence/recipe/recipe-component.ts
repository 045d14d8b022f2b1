import { booleanOf, type Data, type DataMap } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { Parsed } from '../../errors/evidence-error.ts';

/** A chart or Kustomize tree that the recipe deploys. Absent texts are "". */
export interface RecipeComponent {
  readonly name: string;
  /** `Helm` or `Kustomize`, in any case. */
  readonly type: string;
  readonly source: string;
  /** Of a chart. */
  readonly version: string;
  /** Of a Kustomize tree. */
  readonly tag: string;
  readonly chart: string;
  readonly namespace: string;
  /** False if its own values turn it off: it stays in the recipe and is not deployed. */
  readonly enabled: boolean;
  /** Inline values, as the recipe has them. */
  readonly overrides: DataMap;
}

/** A file of the recipes that components name, by its path there. */
export interface NamedFile {
  readonly path: string;
  readonly digest: string;
}

const ALSO_KNOWN = [
  'path',
  'valuesFile',
  'patches',
  'dependencyRefs',
  'manifestFiles',
  'preManifestFiles',
  'expectedResources',
  'cleanup',
  'healthCheckAsserts',
  'healthCheckSkip',
];

/** Reads one of `componentRefs`. Throws FIELD_MISSING, FIELD_INVALID. */
export function parseComponent(data: Data, at: string): Parsed<RecipeComponent> {
  const component = new ObjectReader(data, at);
  const name = component.text('name');
  if (name === '') {
    const hint = 'name the component, or remove it';
    const expected = 'the name of a component';
    component.refuse('name', { code: 'FIELD_INVALID', found: 'an empty name', expected, hint });
  }
  const overrides = component.optionalMap('overrides');
  const value = {
    name,
    type: component.optionalText('type') ?? '',
    source: component.optionalText('source') ?? '',
    version: component.optionalText('version') ?? '',
    tag: component.optionalText('tag') ?? '',
    chart: component.optionalText('chart') ?? '',
    namespace: component.optionalText('namespace') ?? '',
    enabled: isEnabledBy(overrides),
    overrides,
  };
  return { value, findings: component.ignored(ALSO_KNOWN) };
}

/** A component stays in the recipe and is not deployed if its own values turn it off. */
export function isEnabledBy(overrides: DataMap | undefined): boolean {
  return ['enabled', 'install'].every((key) => booleanOf(overrides?.get(key)) !== false);
}
