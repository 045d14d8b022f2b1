// What the gate says of a pull request, without what is another in each run: keys of the sandbox, ports, commits.
import { readFile } from 'node:fs/promises';

import type { GateJson } from '../../src/gate/gate-json.ts';
import { renderGate } from '../../src/report/render/gate-forms.ts';
import { golden } from '../report/golden.ts';

const FORMS = [
  ['json', 'json'],
  ['terminal', 'txt'],
  ['markdown', 'md'],
  ['sarif', 'sarif'],
  ['junit', 'xml'],
] as const;

/** @param hosts of registries, each another in each run */
export function steady(json: string, hosts: readonly string[]): string {
  const named = hosts.reduce(
    (text, host, index) => text.replaceAll(host, `registry-${index}.example:5000`),
    json,
  );
  return withOwn(withOwn(named, /\b[\da-f]{64}\b/g), /\b[\da-f]{40}\b/g);
}

/** Each other text becomes another one of the same length, by the order in which they come. */
function withOwn(text: string, pattern: RegExp): string {
  const known = new Map<string, string>();
  return text.replaceAll(pattern, (found) => {
    const next = (known.size + 1)
      .toString(16)
      .padStart(4, '0')
      .repeat(found.length / 4);
    const own = known.get(found) ?? next;
    known.set(found, own);
    return own;
  });
}

/** Each form, and what it was when somebody last looked at it. */
export async function formsOf(
  title: string,
  json: string,
): Promise<readonly (readonly [actual: string, golden: string])[]> {
  const report = JSON.parse(json) as GateJson;
  const name = title.replaceAll(/[^a-z]+/g, '-');
  const read = async (page: string): Promise<string> =>
    await readFile(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8');
  const forms: (readonly [string, string])[] = [];
  for (const [form, extension] of FORMS) {
    const text = await renderGate(report, form, { look: { colour: false }, read });
    forms.push([text, golden(`gate/${name}.${extension}`, text)]);
  }
  return forms;
}
