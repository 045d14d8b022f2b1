// A row for each of many: nothing is left out without a sign, and nothing foreign is more than text.
import { describe, expect, it } from 'vitest';

import { listCells } from '../../src/report/blocks/list-row.ts';
import { markdownList, plainList, terminalList } from '../../src/report/render/list.ts';
import { lengthOf } from '../../src/report/render/terminal-lines.ts';
import type { ListedRow } from '../../src/report/report-json.ts';
import type { BatchJson } from '../../src/report/report-json.ts';
import { forAllHostile } from './hostile.ts';

const ROW: ListedRow = {
  path: 'evidence/h100/a.tar.gz',
  outcome: 'verified',
  codes: [],
  recipe: 'h100-eks-training 130eff0e78d1',
  cluster: 'eks, h100 on 4 of 6 nodes, Kubernetes 1.33.4, ubuntu 24.04',
  signer: 'you@example.com (issuer https://github.com/login/oauth)',
  signedAt: '2026-06-10T01:30:00Z',
  proven: true,
  unsigned: false,
  sandbox: false,
  weakened: [],
};

const BATCH: BatchJson = {
  schemaVersion: '1.0.0',
  tool: { name: 'affidavit', version: '0.1.0' },
  summary: {
    ...{ bundles: 1, outcomes: { verified: 1 }, recipes: [], signers: [] },
    ...{ unproven: {}, problems: [] },
    ...{ notVerified: [], notListed: 0, unsigned: 0, sandbox: false, weakened: [] },
    inputs: { count: 1, digest: `sha256:${'0'.repeat(64)}` },
  },
  exitCode: 0,
};

const WIDTHS = [60, 80, 200] as const;
const terminal = (width: number) => terminalList({ colour: false, width });

describe('the verdict of a row', () => {
  it.each<[Partial<ListedRow>, string, string]>([
    [{}, 'verified', 'good'],
    [{ proven: false, sandbox: true }, 'SANDBOX green', 'doubtful'],
    [{ proven: false, unsigned: true }, 'UNSIGNED green', 'doubtful'],
    [{ unsigned: true, sandbox: true, outcome: 'undecided' }, 'UNSIGNED undecided', 'doubtful'],
    [{ proven: false, weakened: ['--judge own'] }, 'WEAKENED green', 'doubtful'],
    [{ outcome: 'failed' }, 'not green', 'bad'],
    [{ outcome: 'undecided' }, 'undecided', 'doubtful'],
    [{ outcome: 'invalid', sandbox: true }, 'invalid', 'bad'],
    [{ outcome: 'unjudged' }, 'not judged', 'doubtful'],
    [{ outcome: 'usage' }, 'called wrongly', 'doubtful'],
    [{ outcome: 'internal' }, 'ended by a bug', 'bad'],
  ])('of %j is %s', (change, words, tone) => {
    expect(listCells({ ...ROW, ...change })[0]).toEqual([{ said: { words, tone } }]);
  });
});

describe('a list on a terminal', () => {
  it('has cells beside each other in a wide one', () => {
    const { head, row } = terminal(200);
    const lines = `${head}${row(ROW)}`.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^VERDICT +BUNDLE +RECIPE +CLUSTER +SIGNED +SIGNER$/);
    const starts = (name: string): number => lines[0]?.indexOf(name) ?? -1;
    expect(lines[1]?.indexOf('✓ verified')).toBe(0);
    expect(lines[1]?.indexOf('evidence/h100/a.tar.gz')).toBe(starts('BUNDLE'));
    expect(lines[1]?.indexOf('2026-06-10T01:30:00Z')).toBe(starts('SIGNED'));
  });

  it.each(WIDTHS)(
    'of %i columns has everything, in lines that fit and with whole words',
    (width) => {
      const { head, row } = terminal(width);
      const text = `${head}${row(ROW)}`;
      for (const line of text.split('\n')) expect(lengthOf(line)).toBeLessThanOrEqual(width);
      const cells = [ROW.path, ROW.recipe, ROW.cluster, ROW.signer, ROW.signedAt];
      const words = new Set(text.split(/\s+/));
      expect(
        cells.flatMap((cell) => cell?.split(' ')).filter((word) => !words.has(word ?? '')),
      ).toEqual([]);
    },
  );

  it('breaks no word of a long path: its row has the cells below each other', () => {
    const path = `evidence/${'a'.repeat(100)}.tar.gz`;
    const text = terminal(200).row({ ...ROW, path });
    expect(text).toMatch(new RegExp(`^✓ verified {2}${path}\n {4}recipe {3}h100-eks-training`));
  });

  it('says below it how many ended how', () => {
    expect(terminal(80).foot(BATCH)).toContain('✓ 1 bundle: all verified (exit 0)');
  });
});

describe('a list with hostile text', () => {
  const rowOf = (text: string): ListedRow => ({
    ...ROW,
    ...{ path: text, recipe: text, cluster: text, signer: text },
  });

  it('begins every line of a terminal with the verdict or a blank, and shows nothing invisible', () => {
    forAllHostile((text) => {
      for (const width of WIDTHS) {
        const lines = terminal(width).row(rowOf(text)).split('\n').slice(0, -1);
        expect(lines[0]).toMatch(/^✓ verified(?: |$)/u);
        for (const line of lines.slice(1)) expect(line).toMatch(/^ {4}|^$/);
        expect(lines.join('')).not.toMatch(/[\p{Cc}\u200B-\u200F\u202A-\u202E\u2066-\u2069]/u);
      }
    });
  });

  it('is one line of six cells in a pipe', () => {
    forAllHostile((text) => {
      const row = plainList({ colour: true, width: 60 }).row(rowOf(text));
      expect(row).toMatch(/^verified\t[^\n]*\n$/);
      expect(row.split('\t')).toHaveLength(6);
      // oxlint-disable-next-line no-control-regex -- what must not be there
      expect(row).not.toMatch(/[\0-\u0008\u000b-\u001f\u007f-\u009f\u200B-\u200F\u202A-\u202E]/u);
    });
  });

  it('is a row of six cells in Markdown, and no other element', () => {
    forAllHostile((text) => {
      const row = markdownList().row(rowOf(text));
      const tags = row.match(/<[^>]*>/g) ?? [];
      expect(tags.filter((tag) => !/^<\/?(?:tr|td|code)>$/.test(tag))).toEqual([]);
      expect(row.match(/<td>/g)).toHaveLength(6);
      expect(row.split('\n')).toHaveLength(2);
    });
  });

  it('stays in one comment of GitHub, with a count of what is left out', () => {
    const list = markdownList();
    const path = '<'.repeat(500);
    const bad = Array.from({ length: 1000 }, (_, index) => ({
      ...{ outcome: 'failed' as const, codes: [], copies: 1, paths: [`${index}${path}`] },
    }));
    const shown = bad.map(({ paths: [name = ''] }) => list.row({ ...ROW, path: name })).join('');
    const repeat = ['affidavit', 'x'.repeat(7900)];
    const summary = {
      ...BATCH.summary,
      bundles: 1000,
      notVerified: bad,
      outcomes: { failed: 1000 },
    };
    const text = `${list.head}${shown}${list.foot({ ...BATCH, summary, repeat, exitCode: 1 })}`;
    expect(text.length).toBeLessThan(65_536);
    const rows = shown.split('\n').length - 1;
    expect(text).toContain(`\nand ${1000 - rows} more bundles\n`);
    expect(text).toContain('**Not verified**');
    expect(rows).toBeGreaterThan(10);
  });
});
