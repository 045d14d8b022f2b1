// The file beside the pointers that is none of them: the allowlist of AICR, which may be nothing else.

import { isDataMap } from '../document/data.ts';
import { decodeYaml } from '../document/yaml.ts';
import { faultOf, orIfRefused, type Fault } from '../errors/evidence-error.ts';
import { quote } from '../quote.ts';

/** Below the directory of evidence. */
export const ALLOWLIST = 'allowlist.yaml';

/** By these AICR takes a file of the recipes for an overlay, in whatever case. */
const OF_OVERLAYS: ReadonlySet<string> = new Set(['apiversion', 'kind', 'metadata', 'spec']);

/** Whether it is more than an allowlist. AICR reads all YAML in the recipes, also what lies below the evidence. */
export function allowlistFaults(path: string, bytes: Uint8Array): readonly Fault[] {
  return orIfRefused(
    () => {
      const data = decodeYaml(bytes, path);
      const keys = isDataMap(data) ? [...data.keys()] : [];
      const key = keys.find((each) => OF_OVERLAYS.has(each.toLowerCase()));
      return key === undefined ? [] : [overlay(path, key)];
    },
    (error): readonly Fault[] => [faultOf(error)],
  );
}

function overlay(path: string, key: string): Fault {
  return {
    code: 'KIND_UNEXPECTED',
    at: path,
    found: `the field ${quote(key)} of an overlay`,
    expected: 'an allowlist, and nothing that AICR would apply as an overlay',
    hint: 'have overlays in the folder of overlays, where they are judged',
  };
}
