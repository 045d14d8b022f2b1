// What a directory of recipes can have many of. It is read before the counting.
import { orIfRefused } from '../../src/errors/evidence-error.ts';
import { explain } from '../../src/evidence/resolve/explain.ts';
import { recipeText } from '../../src/evidence/resolve/recipe-text.ts';
import { resolve } from '../../src/evidence/resolve/resolve.ts';
import { catalogueOf, smallToday, smallV011, type Texts } from '../evidence/resolve/recipes.ts';
import { listOf, type Kind, type Kinds } from './work.ts';

const EKS = '  criteria: {service: eks}\n';
const QUERY = { service: 'eks', accelerator: '', intent: '', os: '', platform: '', nodes: 0 };

function resolving(texts: (count: number) => Texts): Kind {
  return (count) => {
    const catalogue = catalogueOf(texts(count));
    return () =>
      orIfRefused(
        () => {
          const resolution = resolve(catalogue, QUERY);
          return [recipeText(resolution), explain(resolution)];
        },
        () => undefined,
      );
  };
}

/** So many overlays, by the rules of v0.11 and by today's. */
function overlays(what: string, spec: (index: number) => string): Kinds {
  const named = (count: number): Texts =>
    Object.fromEntries(listOf(count, (index) => [`o${index}`, spec(index)]));
  return {
    [`${what}, v0.11`]: resolving((count) => smallV011(named(count))),
    [what]: resolving((count) => smallToday(named(count))),
  };
}

function component(fields: string): string {
  return `${EKS}  componentRefs: [{name: one, ${fields}}]\n`;
}

function below(index: number, spec: string): string {
  return index === 0 ? spec : `  base: o${index - 1}\n${spec}`;
}

export const OVERLAY_KINDS: Kinds = {
  ...overlays('overlays for one query', () => component('version: "1"')),
  ...overlays('overlays that disagree', (index) => component(`version: "${index}"`)),
  ...overlays('overlays one below the other', (index) =>
    below(index, component(`version: "${index}"`)),
  ),
  ...overlays('overlays one below the other with a manifest file each', (index) =>
    below(index, component(`manifestFiles: [f${index}]`)),
  ),
  ...overlays('overlays one below the other with values in a map and in its place', (index) =>
    below(index, component(`overrides: {k: ${index % 2 === 0 ? '1' : `{m${index}: 1}`}}`)),
  ),
  ...overlays('overlays in a circle', (index) => `  base: o${index === 0 ? 9 : index - 1}\n${EKS}`),
  ...overlays('overlays with a manifest file each', (index) =>
    component(`manifestFiles: [f${index}]`),
  ),
  ...overlays('overlays with a value each', (index) => component(`overrides: {k${index}: 1}`)),
  ...overlays(
    'overlays with a constraint of a phase each',
    (index) => `${EKS}  validation: {deployment: {constraints: [{name: c${index}, value: "1"}]}}\n`,
  ),
  'components in a row': resolving((count) =>
    smallV011({
      eks: `${EKS}  componentRefs:\n${listOf(
        count,
        (index) =>
          `    - {name: c${index}, dependencyRefs: [${index === 0 ? 'one' : `c${index - 1}`}]}\n`,
      ).join('')}`,
    }),
  ),
  'components in a circle': resolving((count) =>
    smallToday({
      eks: `${EKS}  componentRefs:\n${listOf(
        count,
        (index) => `    - {name: c${index}, dependencyRefs: [c${(index + 1) % count}]}\n`,
      ).join('')}`,
    }),
  ),
  mixins: resolving((count) => {
    const names = listOf(count, (index) => `m${index}`);
    const spec = (name: string): string =>
      `  constraints: [{name: ${name}, value: "1"}]\n  componentRefs: [{name: one, preManifestFiles: [${name}]}]\n`;
    return smallToday(
      { eks: `  mixins: [${names.join(', ')}]\n${EKS}` },
      Object.fromEntries(names.map((name) => [name, spec(name)])),
    );
  }),
  'criteria that nothing covers': resolving((count) =>
    smallToday(
      Object.fromEntries(
        listOf(count, (index) => [
          `o${index}`,
          `  criteria: {service: eks, accelerator: a${index}, os: o${index}}\n`,
        ]),
      ),
    ),
  ),
};
