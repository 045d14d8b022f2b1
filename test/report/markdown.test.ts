import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import type { VerificationReport } from '../../src/evidence/verify/verify-evidence.ts';
import { visible } from '../../src/report/render/visible.ts';
import { LIMIT_OF_TRUST } from '../../src/report/report-json.ts';
import { commandLine } from '../../src/shell-words.ts';
import { propertyRuns } from '../property-runs.ts';
import {
  BY_TEMPLATE,
  FAILED,
  INVALID,
  NOT_PINNED,
  RED,
  SANDBOX_SIGNED,
  SANDBOX_VERIFIED,
  SIGNER,
  UNSIGNED,
  UNSIGNED_ALLOWED,
  VALIDATIONS,
  VERIFICATIONS,
  VERIFIED,
  WITHOUT_RESULTS,
} from './example-reports.ts';
import { golden } from './golden.ts';
import { hugeReports, withForeign } from './hostile-report.ts';
import { forAllHostile } from './hostile.ts';
import { renderValidationMarkdown, renderVerificationMarkdown } from './render.ts';
import { blocksOf, codesOf, elementsOf, referencesIn } from './rendered.ts';
import { renderHtml, shapeOf, textOf, unfolded } from './rendered.ts';

const PIN = ['--certificate-identity', SIGNER.identity, '--certificate-oidc-issuer', SIGNER.issuer];
const REPEAT = ['affidavit', 'verify-evidence', 'evidence.tar.gz', ...PIN];

function render(report: VerificationReport): string {
  return renderVerificationMarkdown(report, { repeat: REPEAT });
}

const firstLine = (markdown: string): string => markdown.split('\n')[0] ?? '';

/** What a reader sees before unfolding anything. */
function firstScreen(markdown: string): string {
  return textOf(unfolded(renderHtml(markdown))).replaceAll(/\s+/g, ' ');
}

function positions(text: string, pieces: readonly string[]): readonly number[] {
  return pieces.map((piece) => text.indexOf(piece));
}

describe('E-42 the Markdown report', () => {
  it.each(Object.entries(VERIFICATIONS))(
    'of %s evidence is as it was looked at',
    (name, report) => {
      expect(render(report)).toBe(golden(`verification-${name}.md`, render(report)));
    },
  );

  it.each(Object.entries(VALIDATIONS))(
    'of a %s validation is as it was looked at',
    (name, report) => {
      const markdown = renderValidationMarkdown(report, {
        repeat: 'affidavit validate --recipe recipe.yaml --snapshot snapshot.yaml'.split(' '),
      });
      expect(markdown).toBe(golden(`validation-${name}.md`, markdown));
    },
  );

  it.each([
    ['## ✅ Verified (exit 0)', VERIFIED],
    ['## ❌ Signed: not green (exit 1)', FAILED],
    ['## ❌ Invalid: do not rely on it (exit 2)', INVALID],
    ['## ⚠️ Unsigned: undecided (nobody vouches for it) (exit 4)', UNSIGNED],
    ['## ⚠️ Unsigned: green (nobody vouches for it) (exit 0)', UNSIGNED_ALLOWED],
    ['## ⚠️ Signed: undecided (exit 4)', NOT_PINNED],
    [
      '## ⚠️ Signed: undecided, and not green (exit 4)',
      { ...NOT_PINNED, checks: [...NOT_PINNED.checks, ...FAILED.checks.slice(-2)] },
    ],
    ['## ⚠️ SANDBOX: green (its signature proves nothing) (exit 0)', SANDBOX_VERIFIED],
    [
      '## ❌ SANDBOX: not green (its signature proves nothing) (exit 1)',
      { ...FAILED, root: { ...FAILED.root, sandbox: true } },
    ],
    ['## ⚠️ Weakened: green (safety was given up) (exit 0)', { ...VERIFIED, weakened: ['--x'] }],
    ['## ⚠️ Not judged (exit 3)', { ...VERIFIED, verdict: 'unjudged' as const, exitCode: 3 }],
  ])('begins with the verdict and the exit code: %s', (line, report) => {
    expect(firstLine(render(report))).toBe(line);
  });

  it.each([
    ['Self-check: green', VALIDATIONS.green, 0],
    ['❌ Self-check: not green', RED, 1],
    ['Self-check: green so far', WITHOUT_RESULTS, 0],
    ['Self-check: green', SANDBOX_SIGNED, 0],
  ])('of a validation begins with %s', (words, report, exit) => {
    const markdown = renderValidationMarkdown(report);
    expect(firstLine(markdown)).toBe(
      `## ${words} (not verified, nobody has to believe it) (exit ${exit})`,
    );
    expect(markdown).not.toContain('✅');
  });

  it('never says "verified" of what nobody signed', () => {
    for (const report of [UNSIGNED, UNSIGNED_ALLOWED]) {
      expect(render(report)).not.toMatch(/verified|✅/i);
    }
  });

  it('says ✅ of a pinned signer alone, under no sandbox, with no safety given up', () => {
    const good = Object.values(VERIFICATIONS).filter((report) => render(report).includes('✅'));
    expect(good).toEqual([VERIFIED, BY_TEMPLATE]);
  });

  it('has its first screen in the order in which a maintainer asks', () => {
    const found = positions(firstScreen(render({ ...FAILED, root: SANDBOX_VERIFIED.root })), [
      'SANDBOX: not green',
      'SANDBOX.',
      'K8s.server.version is 1.31.0, the recipe wants at least 1.32.4. Next: Upgrade',
      'Signer:',
      'Root:',
      'Recipe:',
      'Bundle:',
      'Cluster:',
      'Phases:',
      'Constraints:',
      LIMIT_OF_TRUST,
      'Repeat with affidavit 0.1.0',
    ]);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(found).not.toContain(-1);
  });

  it('of green evidence has at most 25 lines outside the folds', () => {
    const lines = render(VERIFIED).split('\n');
    const folds = lines.findIndex((line) => line.startsWith('<details>'));
    expect(folds).toBeGreaterThan(0);
    expect(folds).toBeLessThanOrEqual(25);
    expect(textOf(unfolded(renderHtml(lines.slice(folds).join('\n')))).trim()).toBe('');
  });

  it('folds code, place, found and expected of each problem under its sentence', () => {
    const html = renderHtml(render(FAILED));
    const fold = elementsOf(html).find(({ tagName }) => tagName === 'details');
    expect(fold && textOf(fold).replaceAll(/\s+/g, ' ').trim()).toBe(
      'CONSTRAINT_FAILED At recipe.yaml#/constraints/0. Found: K8s.server.version 1.31.0. Expected: >= 1.32.4.',
    );
  });

  it('keeps the problems apart from the lines below them', () => {
    const check = FAILED.checks.find(({ faults }) => faults.length > 0);
    const checks = FAILED.checks.map((other) =>
      other === check ? other : { ...other, faults: [] },
    );
    const lists = unfolded(renderHtml(render({ ...FAILED, checks }))).childNodes.filter(
      ({ nodeName }) => nodeName === 'ul',
    );
    expect(lists).toHaveLength(2);
  });

  it('puts the worst problem first, whatever the order of the checks', () => {
    const invalid = INVALID.checks.find(({ outcome }) => outcome === 'failed');
    const checks = [...FAILED.checks, ...(invalid === undefined ? [] : [invalid])];
    const found = positions(render({ ...FAILED, checks }), ['FILE_DIFFERS', 'CONSTRAINT_FAILED']);
    expect(found[0]).toBeLessThan(found[1] ?? 0);
  });

  it('says SANDBOX before anything else that could be believed', () => {
    for (const markdown of [render(SANDBOX_VERIFIED), renderValidationMarkdown(SANDBOX_SIGNED)]) {
      const [banner = -1, signer = 0] = positions(markdown, [
        '**SANDBOX.**',
        '`demo@sandbox.invalid`',
      ]);
      expect(banner).toBeGreaterThan(0);
      expect(banner).toBeLessThan(signer);
    }
    expect(render(VERIFIED)).not.toContain('SANDBOX');
  });

  it('names every flag that gave up safety', () => {
    expect(render(UNSIGNED_ALLOWED)).toContain(
      '**WEAKENED.** Safety was given up with `--allow-unsigned`.',
    );
    expect(render(UNSIGNED)).not.toContain('given up');
  });

  it('says what to do if nobody said who should have signed', () => {
    expect(render(NOT_PINNED)).toContain(
      '`--certificate-identity` and `--certificate-oidc-issuer`',
    );
  });

  it('says of a signature that does not verify neither signer nor "none"', () => {
    const markdown = render({ ...INVALID, signature: { state: 'not-verified' } });
    expect(markdown).toContain('**Signer:** not known: no signature was verified');
  });

  it('says that a recipe without constraints demands none, and ticks nothing', () => {
    const facts = { ...VERIFIED.facts, constraints: [] };
    expect(render({ ...VERIFIED, facts })).toContain('**Constraints:** the recipe demands none');
  });

  it('shows the age of the root', () => {
    const root = { ...VERIFIED.root, newest: new Date('2025-10-06T12:00:00Z') };
    expect(render({ ...VERIFIED, root })).toContain(', its newest key of 2025-10-06, `sha256:1b');
  });
});

describe('what is printed', () => {
  it('is a command that a shell reads as it was typed', () => {
    const words = ['verify-evidence', "it's evi`dence\u202E.tar.gz", ...PIN];
    const repeat = ['affidavit', ...words];
    const [command = ''] = blocksOf(renderHtml(renderVerificationMarkdown(VERIFIED, { repeat })));
    const script = `affidavit() { printf '%s\\n' "$@"; }; ${command}`;
    const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(printed.split('\n')).toEqual([...words, '']);
  });

  it('is never part of a command: one of over 8,000 characters is left out, and that is said', () => {
    const whole = ['affidavit', 'x'.repeat(7990)];
    expect(blocksOf(renderHtml(renderVerificationMarkdown(VERIFIED, { repeat: whole })))).toEqual([
      whole.join(' '),
    ]);
    const long = renderVerificationMarkdown(VERIFIED, { repeat: whole.with(1, 'x'.repeat(7991)) });
    expect(blocksOf(renderHtml(long))).toEqual([]);
    expect(long).toContain('a command of 8001 characters, which is left out');
  });

  it('has no character that was put in', () => {
    for (const report of Object.values(VERIFICATIONS)) {
      expect(render(report)).not.toMatch(/[\p{Cf}]/u);
    }
  });

  it('has signer, issuer and digests as values that can be copied', () => {
    const codes = codesOf(renderHtml(render(VERIFIED)));
    const { root, manifestDigest = '', facts } = VERIFIED;
    for (const value of [SIGNER.identity, SIGNER.issuer, root.digest, manifestDigest]) {
      expect(codes).toContain(value);
    }
    expect(codes).toContain(facts.recipe?.digest.replace('sha256:', ''));
  });
});

describe('E-46 several faults', () => {
  it('are all shown, with what was not reached', () => {
    const text = textOf(renderHtml(render(INVALID)));
    expect(text).toContain('logs/deployment/operator.log: a file differs from the manifest');
    expect(text).toMatch(
      /logs\/deployment\/extra\.log: the bundle .* that the manifest does not list/,
    );
    expect(text).toContain('NOT REACHED');
  });

  it('that many checks share are one problem', () => {
    const [fault] = INVALID.checks.flatMap(({ faults }) => faults);
    const faults = fault === undefined ? [] : [fault];
    const checks = INVALID.checks.map((check) => ({ ...check, faults }));
    expect(render({ ...INVALID, checks }).split('<summary><code>FILE_DIFFERS')).toHaveLength(2);
  });
});

describe('E-60 the limit of trust', () => {
  it.each(Object.entries(VERIFICATIONS))(
    'is unfolded in the report of %s evidence',
    (_, report) => {
      expect(firstScreen(render(report))).toContain(LIMIT_OF_TRUST);
    },
  );

  it.each(Object.entries(VALIDATIONS))('is in the report of a %s validation', (_, report) => {
    expect(firstScreen(renderValidationMarkdown(report))).toContain(LIMIT_OF_TRUST);
  });
});

describe('E-43 foreign text anywhere in a report', () => {
  it('changes no element, makes no link, picture or reference, and stands as it is', () => {
    const verificationShape = shapeOf(renderHtml(render(withForeign(FAILED, 'x'))));
    const validationShape = shapeOf(renderHtml(renderValidationMarkdown(withForeign(RED, 'x'))));
    forAllHostile(
      (value) => {
        // An empty text has its own words, e.g. no "Next" for an empty hint.
        const foreign = value === '' ? 'x' : value;
        const verification = renderHtml(render(withForeign(FAILED, foreign)));
        expect(shapeOf(verification)).toEqual(verificationShape);
        expect(referencesIn(verification)).toEqual([]);
        const shown = visible(foreign, 300);
        expect(shown === '' || codesOf(verification).includes(shown)).toBe(true);
        const validation = renderHtml(renderValidationMarkdown(withForeign(RED, foreign)));
        expect(shapeOf(validation)).toEqual(validationShape);
        expect(referencesIn(validation)).toEqual([]);
      },
      // Alone, each piece is tried in test/report/markdown-text.test.ts.
      propertyRuns(5, 50),
      propertyRuns(7, 1),
    );
  });
});

/** As long as it may be. */
function longCommand(piece: string): readonly string[] {
  const lengths = Array.from({ length: 80 }, (_, index) => 8000 - 100 * index);
  const words = lengths.map((length) => ['affidavit', piece.repeat(length / piece.length)]);
  return words.find((all) => commandLine(all).length <= 8000) ?? [];
}

describe('E-44 a report of any size', () => {
  const pieces = ['`@a', '#1 ', '\u202E', '<', '中', 'x', '@a', '|', ':/', '&', '"', '\u{E0041}'];

  it.each(pieces.slice(0, propertyRuns(2, pieces.length)))(
    'stays below 60,000 characters when everything is %j, ten thousand times',
    (piece) => {
      const { verification, validation } = hugeReports(piece);
      const repeat = longCommand(piece);
      const markdown = renderVerificationMarkdown(verification, { repeat });
      expect(markdown.length).toBeLessThan(60_000);
      expect(renderValidationMarkdown(validation, { repeat }).length).toBeLessThan(60_000);
    },
  );

  it('counts what it leaves out', () => {
    const { verification } = hugeReports('x');
    const faults = Array.from({ length: 10_000 }, (_, index) => ({
      ...FAILED.findings[0],
      code: 'FILE_DIFFERS' as const,
      at: `logs/${index}`,
      found: 'x',
      expected: 'y',
      hint: 'z',
    }));
    const checks = INVALID.checks.map((check, index) =>
      index === 0 ? { ...check, faults } : check,
    );
    const markdown = render({ ...verification, checks });
    expect(markdown).toContain('<summary>10001 more problems</summary>');
    for (const noun of ['problem', 'test', 'finding', 'constraint']) {
      expect(markdown).toMatch(new RegExp(`and [\\d]+ more ${noun}s?\\n`));
    }
  });

  it('puts what does not hold first when constraints are cut', () => {
    const { verification } = hugeReports('x');
    const constraints = (verification.facts.constraints ?? []).map((constraint, index) =>
      index === 9999
        ? { ...constraint, name: 'the red one' }
        : { ...constraint, outcome: 'passed' as const },
    );
    const facts = { ...verification.facts, constraints };
    expect(render({ ...verification, facts })).toContain('the red one');
  });
});
