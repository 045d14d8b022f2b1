import { describe, expect, it } from 'vitest';

import type { Finding } from '../../src/errors/evidence-error.ts';
import type { PhaseConstraint } from '../../src/evidence/figure/figure.ts';
import { CHECK_NAMES } from '../../src/evidence/verify/checks.ts';
import { rowsOf } from '../../src/report/render/terminal-lines.ts';
import { LIMIT_OF_TRUST } from '../../src/report/report-json.ts';
import { sentence } from '../../src/sentence.ts';
import {
  FACTS,
  FAILED,
  INVALID,
  NOT_PINNED,
  RED,
  SANDBOX_SIGNED,
  SANDBOX_VERIFIED,
  SIGNER,
  UNSIGNED_ALLOWED,
  VALIDATIONS,
  VERIFICATIONS,
  VERIFIED,
} from './example-reports.ts';
import { golden } from './golden.ts';
import { hugeReports, withForeign } from './hostile-report.ts';
import { forAllHostile } from './hostile.ts';
import { renderValidationTerminal, renderVerificationTerminal } from './render.ts';

const PLAIN = { colour: false };
const COLOURFUL = { colour: true };

/** Our own colours: ECMA-48 select graphic rendition. */
const COLOUR = new RegExp(String.raw`${'\u001B'}\[[\d;]*m`, 'g');

const FLAKY: Finding = {
  code: 'CHECK_FLAKY',
  at: undefined,
  found: '1 of 3 attempts failed',
  expected: 'the same result each time',
  hint: 'find out why',
  sentence: sentence`performance: ${'inference-perf-of-a-long-name'} passed, but it did not at first: ${'1 of 3 attempts failed'}`,
};
const NO_FIGURE: Finding = {
  code: 'FIGURE_MISSING',
  at: undefined,
  found: 'no such figure in any test of the phase',
  expected: 'a line that shows it',
  hint: 'run the validator that prints it',
};

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('the terminal report', () => {
  it.each(Object.entries(VERIFICATIONS))(
    'of %s evidence is as it was looked at',
    (name, report) => {
      const text = renderVerificationTerminal(report, PLAIN);
      expect(text).toBe(golden(`verification-${name}.txt`, text));
    },
  );

  it.each(Object.entries(VALIDATIONS))(
    'of a %s validation is as it was looked at',
    (name, report) => {
      const text = renderValidationTerminal(report, PLAIN);
      expect(text).toBe(golden(`validation-${name}.txt`, text));
    },
  );

  it('says the same without colour', () => {
    for (const report of Object.values(VERIFICATIONS)) {
      const painted = renderVerificationTerminal(report, COLOURFUL);
      expect(painted).toMatch(COLOUR);
      expect(painted.replaceAll(COLOUR, '')).toBe(renderVerificationTerminal(report, PLAIN));
    }
    const painted = renderValidationTerminal(RED, COLOURFUL);
    expect(painted.replaceAll(COLOUR, '')).toBe(renderValidationTerminal(RED, PLAIN));
  });

  it('keeps to 80 columns, but for identities and digests, which have to be copied whole', () => {
    const texts = [
      ...Object.values(VERIFICATIONS).map((report) => renderVerificationTerminal(report, PLAIN)),
      ...Object.values(VALIDATIONS).map((report) => renderValidationTerminal(report, PLAIN)),
    ];
    const long = texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 80);
    expect(
      long.filter((line) => !line.includes(SIGNER.identity) && !/^ {13}sha256:/.test(line)),
    ).toEqual([]);
  });

  it.each([60, 80, 200])('has no line over %i columns but for what cannot be broken', (width) => {
    const look = { ...PLAIN, width };
    const texts = [
      ...Object.values(VERIFICATIONS).map((report) => renderVerificationTerminal(report, look)),
      ...Object.values(VALIDATIONS).map((report) => renderValidationTerminal(report, look)),
    ];
    const lines = texts.flatMap((text) => text.split('\n'));
    // One word, perhaps beside its label, or a command.
    const whole = /^(?: *| {0,2}\S+ +)(?:\S+|`[^`]+`\S*)$|^(?:repeat|verify) {2}affidavit /;
    expect(lines.filter((line) => line.length > width && !whole.test(line))).toEqual([]);
    const wide = [...Object.values(VERIFICATIONS)].map((report) =>
      onOneLine(renderVerificationTerminal(report, { ...PLAIN, width: 9999 })),
    );
    expect(texts.slice(0, wide.length).map(onOneLine)).toEqual(wide);
  });

  it('uses the width of the terminal', () => {
    const narrow = renderVerificationTerminal(VERIFIED, { ...PLAIN, width: 60 });
    const wide = renderVerificationTerminal(VERIFIED, { ...PLAIN, width: 200 });
    expect(narrow.split('\n').length).toBeGreaterThan(wide.split('\n').length);
    expect(onOneLine(narrow)).toBe(onOneLine(wide));
  });

  it('fits one screen of 80 columns and 40 lines, with every check by name', () => {
    const policy = `${'p'.repeat(150)}.json`;
    const repeat = ['affidavit', 'verify-evidence', 'evidence.tar.gz', '--policy', policy];
    const texts = [
      ...Object.values(VERIFICATIONS).map((report) => ({
        text: renderVerificationTerminal(report, { ...PLAIN, repeat }),
        names: report.checks.map(({ name }) => name),
      })),
      ...Object.values(VALIDATIONS).map((report) => ({
        text: renderValidationTerminal(report, { ...PLAIN, repeat }),
        names: [],
      })),
    ];
    for (const { text, names } of texts) {
      const rows = text
        .trimEnd()
        .split('\n')
        .map((line) => Math.max(1, Math.ceil(line.length / 80)));
      expect(rows.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(40);
      expect(names.filter((name) => !text.includes(name))).toEqual([]);
    }
  });

  it.each(['verified', 'sandbox', 'not-pinned', 'failed', 'by-template'] as const)(
    'fits one screen with many figures and findings: %s',
    (name) => {
      const report = VERIFICATIONS[name];
      const [, met] = FACTS.phaseConstraints;
      for (let many = 1; many <= 12; many += 1) {
        const figure = (_: unknown, index: number): PhaseConstraint => ({
          ...met,
          name: `inference-throughput-${index}`,
          figure: { ...met.figure, test: `inference-perf-of-a-long-name-${index}` },
        });
        const facts = { ...report.facts, phaseConstraints: Array.from({ length: many }, figure) };
        const findings = facts.phaseConstraints.map((_, index) => ({
          ...(index % 2 === 0 ? FLAKY : NO_FIGURE),
          at: `ctrf/performance.json#/results/tests/${index}`,
        }));
        const repeat = ['affidavit', 'verify-evidence', `${'e'.repeat(120)}.tar.gz`];
        const text = renderVerificationTerminal(
          { ...report, facts, findings },
          { ...PLAIN, repeat },
        );
        expect(rowsOf(text.trimEnd().split('\n'), PLAIN)).toBeLessThanOrEqual(40);
        expect(onOneLine(text)).toMatch(/CHECK_FLAKY|passed, but it did not at first/);
      }
    },
  );

  it('has the command on one line, to be copied', () => {
    const repeat = ['affidavit', 'verify-evidence', 'x'.repeat(300)];
    const text = renderVerificationTerminal(VERIFIED, { ...PLAIN, repeat });
    expect(text.split('\n')).toContain(`repeat  ${repeat.join(' ')}`);
  });

  it('marks with words, never with colour or a sign alone', () => {
    const text = renderVerificationTerminal(FAILED, PLAIN);
    expect(text).toContain('✗ FAILED: constraints-hold');
    expect(text).toContain('✗ NOT GREEN (1 failed, 1');
    expect(text).toContain('✓ green (3 passed)');
  });

  it('says SANDBOX before anything that could be believed', () => {
    for (const text of [
      renderVerificationTerminal(SANDBOX_VERIFIED, PLAIN),
      renderValidationTerminal(SANDBOX_SIGNED, PLAIN),
    ]) {
      const banner = text.indexOf('!! SANDBOX !!');
      expect(banner).toBeGreaterThan(0);
      expect(banner).toBeLessThan(text.indexOf('demo@sandbox.invalid'));
    }
    expect(renderVerificationTerminal(VERIFIED, PLAIN)).not.toContain('SANDBOX');
  });

  it('says UNSIGNED, NOT PINNED and which flag gave up safety', () => {
    const unsigned = renderVerificationTerminal(UNSIGNED_ALLOWED, PLAIN);
    expect(unsigned).toContain('! Unsigned: green (nobody vouches for it) (exit 0)');
    expect(unsigned).not.toMatch(/verified|✓ Unsigned/i);
    expect(unsigned).toContain('Safety was given up with --allow-unsigned.');
    expect(renderVerificationTerminal(NOT_PINNED, PLAIN)).toContain('!! NOT PINNED !!');
  });

  it('E-46 shows every fault and what was not reached', () => {
    const text = renderVerificationTerminal(INVALID, PLAIN);
    expect(text).toContain('✗ logs/deployment/operator.log: a file differs from the manifest');
    expect(text).toContain('and 1 more problem');
    expect(text).toContain('! NOT REACHED: recipe-matches-digest,');
  });

  it('E-60 prints the limit of trust every time', () => {
    const texts = [
      ...Object.values(VERIFICATIONS).map((report) => renderVerificationTerminal(report, PLAIN)),
      ...Object.values(VALIDATIONS).map((report) => renderValidationTerminal(report, PLAIN)),
    ];
    expect(texts.filter((text) => !onOneLine(text).includes(LIMIT_OF_TRUST))).toEqual([]);
  });

  it('shows foreign text on its own line only, with nothing that moves the cursor', () => {
    const invisible = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{DI}]/u;
    const lines = renderValidationTerminal(withForeign(RED, 'x'), { colour: false, width: 1e6 });
    forAllHostile((value) => {
      const foreign = value === '' ? 'x' : value;
      expect(renderVerificationTerminal(withForeign(FAILED, foreign), PLAIN)).not.toMatch(
        invisible,
      );
      const painted = renderVerificationTerminal(withForeign(VERIFIED, foreign), COLOURFUL);
      expect(painted.replaceAll(COLOUR, '')).not.toMatch(invisible);
      const text = renderValidationTerminal(withForeign(RED, foreign), {
        colour: false,
        width: 1e6,
      });
      expect(text.split('\n').length).toBe(lines.split('\n').length);
    }, 50);
  });

  it('never breaks a command in a hint: its second line would be one of its own', () => {
    const check = INVALID.checks.find(({ faults }) => faults.length > 0);
    for (let length = 1; length <= 100; length += 1) {
      const command = `\`mkdir unpacked && unzip ${'e'.repeat(length)}.zip -d unpacked\``;
      const hint = `unzip it first: ${command}; then name that`;
      const faults = (check?.faults ?? []).slice(0, 1).map((fault) => ({ ...fault, hint }));
      const checks = INVALID.checks.map((other) =>
        other === check ? { ...other, faults } : other,
      );
      const text = renderVerificationTerminal({ ...INVALID, checks }, PLAIN);
      expect(text.split('\n').filter((line) => line.includes(command))).toHaveLength(1);
    }
  });

  it('never lets foreign text begin a line, however wide it is', () => {
    const wide = `${'中'.repeat(39)}✓Verified(exit0)`;
    for (const message of [
      wide,
      `x${wide}`,
      '\u{1F600}'.repeat(60),
      `a${'\u2705'.repeat(32)}✓Verified:green`,
      `${'a'.repeat(150)}é${'a'.repeat(150)}`,
    ]) {
      const text = renderVerificationTerminal(withForeign(FAILED, message), PLAIN);
      const columns = (line: string): number =>
        [...line].reduce(
          (sum, character) =>
            sum +
            (/[\u1100-\u1FFF\u2E80-\u{10FFFF}]|\p{Emoji_Presentation}/u.test(character) ? 2 : 1),
          0,
        );
      expect(text.split('\n').filter((line) => columns(line) > 80)).toEqual([]);
      expect(text).not.toMatch(/^✓Verified/m);
    }
  });

  it('is short however much there is, and counts the rest', () => {
    const { verification, validation } = hugeReports('x');
    const text = renderVerificationTerminal(verification, PLAIN);
    // A line for each check, and a screen or two for everything else.
    expect(text.split('\n').length).toBeLessThanOrEqual(CHECK_NAMES.length + 104);
    expect(text).toContain('10000 findings; they change no verdict: PHASE_NOT_GREEN');
    const distinct = validation.faults.map((fault, index) => ({ ...fault, at: String(index) }));
    expect(renderValidationTerminal({ ...validation, faults: distinct }, PLAIN)).toContain(
      '  and 9999 more problems: PHASE_NOT_GREEN\n',
    );
  });
});
