// What redacted evidence only claims is shown as a claim, and nowhere as measured.
import { expect, it } from 'vitest';

import { problemsOf } from '../../src/report/blocks/problems.ts';
import type { FaultJson } from '../../src/report/report-json.ts';
import { commitDemo, judge, reveal } from '../evidence/redact/committed.ts';
import { renderVerificationMarkdown } from './render.ts';
import { renderVerificationTerminal } from './render.ts';

const { contents, openings } = await commitDemo();

function markdown(...selected: readonly string[]): string {
  const revealed =
    selected.length === 0 ? undefined : JSON.stringify(reveal(openings, ...selected));
  return renderVerificationMarkdown(judge(contents, revealed).report, { repeat: ['affidavit'] });
}

it('lists a withheld region with the claims, and only a revealed one as measured', () => {
  const withheld = markdown();
  expect(withheld).toContain('stated, not shown by the packed snapshot: `region`, `images`');
  expect(withheld).not.toMatch(/^- region/m);
  const shown = markdown('NodeTopology.label.topology.kubernetes.io/region');
  expect(shown).toContain('stated, not shown by the packed snapshot: `images`');
  expect(shown).toMatch(/^- region `us-west-2/m);
});

it('names each claimed value, in a line of its own and all in one, and says once how to have them revealed', () => {
  const { report } = judge(contents, undefined, { requireRecomputed: true });
  const screen = renderVerificationTerminal(report, { colour: false, repeat: ['affidavit'] });
  expect(screen).toContain('! region is only claimed: the packed snapshot does not show it\n');
  expect(screen.replaceAll(/\s+/g, ' ')).toContain(
    'and 1 more problem: the list of images is only claimed: the packed snapshot does not show it ',
  );
  expect(screen).toContain(
    'only claimed region, images: stated, not shown by the packed snapshot\n',
  );
  expect(screen.split('to reveal it (affidavit evidence reveal)')).toHaveLength(2);
});

it('lets no number of claims hide another recipe', () => {
  const faults = (['VALUE_CLAIMED', 'VALUE_CLAIMED', 'RECIPE_OTHER', 'BOM_DIFFERS'] as const).map(
    (code): FaultJson => ({ code, at: null, found: 'a', expected: 'b', hint: 'c' }),
  );
  expect(problemsOf(faults).map(({ fault }) => fault.code)).toEqual([
    ...['BOM_DIFFERS', 'RECIPE_OTHER', 'VALUE_CLAIMED', 'VALUE_CLAIMED'],
  ]);
});
