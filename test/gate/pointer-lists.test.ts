// How a report shows the pointers that a change removes, and those of no recipe of head.
import { describe, expect, it } from 'vitest';

import type { GateJson } from '../../src/gate/gate-json.ts';
import { renderGate } from '../../src/report/render/gate-forms.ts';
import { gateReport } from '../github/gate-report.ts';

const LISTS = [
  ['removed', 'Pointers that the change removes'],
  ['orphans', 'Pointers of no recipe of head'],
] as const;

function reportWith(name: 'removed' | 'orphans', paths: readonly string[]): GateJson {
  const report = gateReport('c'.repeat(40));
  const places = paths.map((path) => ({ path, line: 1 }));
  return { ...report, pointers: { ...report.pointers, [name]: places } };
}

async function shown(report: GateJson, form: string): Promise<string> {
  const read = async (): Promise<string> => await Promise.resolve('');
  return await renderGate(report, form, { look: { colour: false }, read });
}

describe.each(LISTS)('the %s pointers of a report', (name, title) => {
  const paths = [
    `recipes/evidence/one/x/sha256-${'0'.repeat(64)}.yaml`,
    'recipes/evidence/two.yaml',
  ];

  it.each(['terminal', 'markdown'])('are a list with its title and number: %s', async (form) => {
    const text = await shown(reportWith(name, paths), form);
    const [, list = ''] = text.split(title);
    expect(text.split(title)).toHaveLength(2);
    for (const path of paths) expect(list.replaceAll(/\n +/g, '')).toContain(path);
    expect(await shown(gateReport('c'.repeat(40)), form)).not.toContain(title);
  });

  it('are data in the JSON', async () => {
    const json = JSON.parse(await shown(reportWith(name, paths), 'json')) as GateJson;
    expect(json.pointers[name].map(({ path }) => path)).toEqual(paths);
  });

  it('are shown as foreign text: no markup, and no line of their own', async () => {
    const path = 'recipes/evidence/</details>\n# <b>@all</b> `x` #1 | y.yaml';
    const text = await shown(reportWith(name, [path]), 'markdown');
    // In code, where GitHub makes nothing of it.
    const code = '``recipes/evidence/</details> # <b>@all</b> `x` #1 | y.yaml``';
    expect(text.split('\n')).toContain(`- ${code}`);
    expect(await shown(reportWith(name, [path]), 'terminal')).not.toMatch(/^# <b>/m);
  });

  it('are counted where they are too many for a comment', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => `recipes/evidence/r${index}.yaml`);
    const text = await shown(reportWith(name, many), 'markdown');
    expect(text.length).toBeLessThanOrEqual(65_536);
    const listed = many.filter((path) => text.includes(path)).length;
    expect(listed).toBeGreaterThan(10);
    expect(text).toContain(String(5000 - listed));
  });
});
