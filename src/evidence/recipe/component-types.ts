import { ObjectReader } from '../../document/object-reader.ts';
import { decodeYaml } from '../../document/yaml.ts';
import type { TypeOf } from './prepare-components.ts';

/**
 * Reads the type of each component in the registry of AICR's recipes.
 *
 * @param file how complaints name it
 * @throws EvidenceError what `decodeYaml` throws, FIELD_MISSING, FIELD_INVALID
 */
export function readComponentTypes(bytes: Uint8Array, file: string): TypeOf {
  const registry = new ObjectReader(decodeYaml(bytes, file), file);
  const components = registry.optionalList('components', (data, at) => {
    const component = new ObjectReader(data, at);
    const source = component.optionalObject('kustomize')?.optionalText('defaultSource') ?? '';
    return [component.text('name'), source === '' ? 'Helm' : 'Kustomize'] as const;
  });
  const types = new Map(components);
  return (name) => types.get(name);
}
