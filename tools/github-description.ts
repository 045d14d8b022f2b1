// Takes what the tests of `gate post` need out of GitHub's OpenAPI description, which is too large to install:
//     npm pack @octokit/openapi && tar -xzf octokit-openapi-*.tgz
//     node tools/github-description.ts package/generated/api.github.com.json > testdata/github/description.json
import { readFileSync } from 'node:fs';

/** Of src/io/github. */
const OPERATIONS = [
  ['get', '/repos/{owner}/{repo}/pulls'],
  ['get', '/repos/{owner}/{repo}/pulls/{pull_number}'],
  ['get', '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
  ['post', '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
  ['patch', '/repos/{owner}/{repo}/issues/comments/{comment_id}'],
  ['delete', '/repos/{owner}/{repo}/issues/comments/{comment_id}'],
  ['post', '/repos/{owner}/{repo}/statuses/{sha}'],
] as const;

const source: unknown = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const kept = new Map<string, unknown>();

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Words for readers. */
const LEFT_OUT = new Set([
  'description',
  'example',
  'externalDocs',
  'nullable',
  'title',
  'x-github',
]);

/** As JSON Schema has it, which has no `nullable`. */
function schemaOf(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => schemaOf(item));
  if (!isObject(value)) return value;
  if (typeof value['$ref'] === 'string') {
    keep(value['$ref']);
    return value;
  }
  const entries = Object.entries(value)
    .filter(([name]) => isNames || !LEFT_OUT.has(name))
    .map(([name, inner]) => [name, schemaOf(inner, !isNames && name === 'properties')]);
  const plain: unknown = Object.fromEntries(entries);
  return !isNames && value['nullable'] === true ? { anyOf: [{ type: 'null' }, plain] } : plain;
}

function keep(ref: string): void {
  if (kept.has(ref)) return;
  kept.set(ref, null);
  const found = at(source, ref.slice(2).split('/'));
  // What answers of the tests are made of stays as it is.
  kept.set(ref, ref.startsWith('#/components/examples/') ? found : schemaOf(found));
}

const paths = new Map<string, Record<string, unknown>>();
for (const [method, path] of OPERATIONS) {
  const found = at(source, ['paths', path, method]);
  if (!isObject(found)) throw new Error(`no ${method} ${path}`);
  const { parameters, requestBody, responses } = found;
  const operation = schemaOf({ parameters, requestBody, responses });
  paths.set(path, { ...paths.get(path), [method]: operation });
}
const components = new Map<string, Record<string, unknown>>();
for (const [ref, value] of kept) {
  const [, , group = '', name = ''] = ref.split('/');
  components.set(group, { ...components.get(group), [name]: value });
}
const described = { paths: Object.fromEntries(paths), components: Object.fromEntries(components) };
process.stdout.write(`${JSON.stringify(described)}\n`);
