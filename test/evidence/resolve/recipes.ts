// Small directories of recipes, and the real one of AICR v0.11.1.
import { readFileSync, readdirSync } from 'node:fs';

import { parseCatalogue, type Catalogue } from '../../../src/evidence/resolve/catalogue.ts';
import type { DimensionName } from '../../../src/evidence/resolve/criteria.ts';
import { queryOf } from '../../../src/evidence/resolve/query.ts';
import type { RecipeFiles } from '../../../src/evidence/resolve/recipe-files.ts';
import { recipeText } from '../../../src/evidence/resolve/recipe-text.ts';
import { resolve, type Resolution } from '../../../src/evidence/resolve/resolve.ts';
import type { Rules } from '../../../src/evidence/resolve/rules.ts';

const REAL_RECIPES = new URL('../../../testdata/aicr-recipes-v0.11.1/recipes/', import.meta.url);

/** Path → text. */
export type Texts = Readonly<Record<string, string>>;

export function realTexts(): Texts {
  const paths = readdirSync(REAL_RECIPES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      `${entry.parentPath}/${entry.name}`.slice(REAL_RECIPES.pathname.length).replace(/^\/+/, ''),
    );
  return Object.fromEntries(
    paths.map((path) => [path, readFileSync(new URL(path, REAL_RECIPES), 'utf8')]),
  );
}

export function catalogueOf(texts: Texts, rules?: Rules): Catalogue {
  const files = Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)] as const);
  return parseCatalogue({ directory: 'recipes', files: new Map(files) }, rules);
}

export type Asked = Partial<Record<DimensionName, string>>;

export function resolved(catalogue: Catalogue, asked: Asked, nodes = 0): Resolution {
  const query = new Map(Object.entries(asked) as [DimensionName, string][]);
  return resolve(catalogue, queryOf(query, nodes, catalogue));
}

export function resolvedText(texts: Texts, asked: Asked, rules?: Rules): string {
  return recipeText(resolved(catalogueOf(texts, rules), asked));
}

/** An overlay of AICR v0.11; `spec` is the text below `spec:`, with two blanks. */
function overlayV011(name: string, spec: string): string {
  return `kind: RecipeMetadata\napiVersion: aicr.nvidia.com/v1alpha1\nmetadata:\n  name: ${name}\nspec:\n${spec}`;
}

/** A directory of AICR v0.11 with one component, and these overlays by name. */
export function smallV011(overlays: Texts): Texts {
  return {
    'registry.yaml':
      'kind: ComponentRegistry\napiVersion: aicr.nvidia.com/v1alpha1\ncomponents: []\n',
    'overlays/base.yaml': overlayV011(
      'base',
      '  componentRefs:\n    - name: one\n      type: Helm\n      source: https://charts.example\n      version: 1.0.0\n',
    ),
    ...Object.fromEntries(
      Object.entries(overlays).map(([name, spec]) => [
        `overlays/${name}.yaml`,
        overlayV011(name, spec),
      ]),
    ),
  };
}

/** A document of today's AICR; `spec` is the text below `spec:`, with two blanks. */
function today(kind: string, name: string, spec: string): string {
  const apiVersion =
    spec.includes('\n  profile:') || spec.startsWith('  profile:') ? 'v1beta2' : 'v1beta1';
  return `kind: ${kind}\napiVersion: aicr.run/${apiVersion}\nmetadata:\n  name: ${name}\nspec:\n${spec}`;
}

/** The registry of these directories. */
const REGISTRY_TODAY = `kind: ComponentRegistry
apiVersion: aicr.run/v1beta1
components:
  - name: one
    helm: {defaultRepository: https://charts.example, defaultChart: example/one, defaultVersion: 1.0.0, defaultNamespace: ns}
    mixinSafeOverridePaths: [global.audit.enabled]
    healthCheck: {assertFile: checks/one/health-check.yaml}
  - name: two
    helm: {}
    manifestFiles: [components/two/manifests/a.yaml]
  - name: kust
    kustomize: {defaultSource: https://git.example/k, defaultPath: base, defaultTag: v1}
`;

/** A directory of today's AICR with the component `one`, and these overlays and mixins by name. */
export function smallToday(overlays: Texts, mixins: Texts = {}): Texts {
  const written = (kind: string, folder: string, specs: Texts): readonly [string, string][] =>
    Object.entries(specs).map(([name, spec]) => [
      `${folder}/${name}.yaml`,
      today(kind, name, spec),
    ]);
  return {
    'registry.yaml': REGISTRY_TODAY,
    'checks/one/health-check.yaml': 'apiVersion: v1\nkind: Pod\n',
    'components/one/values.yaml': 'global:\n  tracing: true\n',
    'overlays/base.yaml': today(
      'RecipeMetadata',
      'base',
      '  componentRefs: [{name: one, type: helm}]\n',
    ),
    ...Object.fromEntries(written('RecipeMetadata', 'overlays', overlays)),
    ...Object.fromEntries(written('RecipeMixin', 'mixins', mixins)),
  };
}

export function recipesOf(texts: Texts, directory = 'recipes'): RecipeFiles {
  const files = Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)] as const);
  return { directory, files: new Map(files) };
}
