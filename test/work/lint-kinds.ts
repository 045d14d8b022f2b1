// What a directory of recipes that is linted can have many of.
import { lint } from '../../src/evidence/lint/lint.ts';
import { smallToday, smallV011, type Texts } from '../evidence/resolve/recipes.ts';
import { listOf, many, type Kind, type Kinds } from './work.ts';

/** So many overlays in a directory of AICR v0.11. */
function overlays(spec: (index: number) => string): Kind {
  return (count) =>
    linting(smallV011(Object.fromEntries(listOf(count, (index) => [`o${index}`, spec(index)]))));
}

function linting(texts: Texts): () => unknown {
  const files = Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)] as const);
  const directories = [{ directory: 'recipes', files: new Map(files) }];
  return () => lint({ files: [], directories });
}

const EKS = '  criteria: {service: eks}\n';

function overlayFor(criteria: string): string {
  return `  criteria: {${criteria}}\n  componentRefs: [{name: one, version: "1"}]\n`;
}

export const LINT_KINDS: Kinds = {
  'lint of overlays for one query': overlays(() => overlayFor('service: eks')),
  'lint of overlays for a query each': overlays((index) => overlayFor(`service: s${index}`)),
  'lint of overlays of which one half goes with each of the other': overlays((index) =>
    overlayFor(index % 2 === 0 ? 'service: eks' : `platform: p${index}`),
  ),
  'lint of overlays one below the other': overlays((index) =>
    index === 0 ? overlayFor('os: cos') : `  base: o${index - 1}\n${overlayFor('os: cos')}`,
  ),
  'lint of overlays below one that is missing': overlays((index) => `  base: o${index - 1}\n`),
  'lint of overlays in a circle': overlays((index) => `  base: o${index === 0 ? 9 : index - 1}\n`),
  'lint of overlays each below another that is missing': overlays(
    (index) => `  base: p${10_000 + index}\n`,
  ),
  'lint of dependencies that are missing': (count) => {
    const components = many(
      count,
      (i) => `    - {name: c${10_000 + i}, dependencyRefs: [d${10_000 + i}]}\n`,
    );
    return linting(smallV011({ o: `${EKS}  componentRefs:\n${components}` }));
  },
  'lint of mixins that are missing': (count) => {
    const named = many(count, (i) => `    - n${10_000 + i}\n`);
    const mixins = listOf(count, (i) => [`m${10_000 + i}`, '  {}\n'] as const);
    return linting(smallToday({ o: `  mixins:\n${named}` }, Object.fromEntries(mixins)));
  },
  'lint of components that the registry does not have': (count) => {
    const components = many(count, (i) => `    - {name: c${10_000 + i}}\n`);
    const texts = smallToday({ o: `${EKS}  componentRefs:\n${components}` });
    const known = many(count, (i) => `  - {name: d${10_000 + i}, helm: {}}\n`);
    return linting({ ...texts, 'registry.yaml': `${texts['registry.yaml'] ?? ''}${known}` });
  },
  'lint of overlays with one name': (count) => {
    const texts = smallV011(Object.fromEntries(listOf(count, (index) => [`o${index}`, '  {}\n'])));
    const named = Object.entries(texts).map(
      ([path, text]) => [path, text.replace(/name: o\d+/, 'name: same')] as const,
    );
    return linting(Object.fromEntries(named));
  },
};
