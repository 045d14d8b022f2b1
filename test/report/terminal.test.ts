import { describe, expect, it } from 'vitest';

import { renderValidationTerminal, renderVerificationTerminal } from '../../src/report/terminal.ts';
import { LIMIT_OF_TRUST } from '../../src/report/words.ts';
import {
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

const PLAIN = { colour: false };
const COLOURFUL = { colour: true };

/** Our own colours: ECMA-48 select graphic rendition. */
const COLOUR = new RegExp(String.raw`${'\u001B'}\[[\d;]*m`, 'g');

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

  it('uses the width of the terminal', () => {
    const narrow = renderVerificationTerminal(VERIFIED, { ...PLAIN, width: 60 });
    const wide = renderVerificationTerminal(VERIFIED, { ...PLAIN, width: 200 });
    expect(narrow.split('\n').length).toBeGreaterThan(wide.split('\n').length);
    expect(onOneLine(narrow)).toBe(onOneLine(wide));
  });

  it('fits one screen when all is well', () => {
    expect(renderVerificationTerminal(VERIFIED, PLAIN).split('\n').length).toBeLessThan(55);
  });

  it('marks with words, never with colour or a sign alone', () => {
    const text = renderVerificationTerminal(FAILED, PLAIN);
    expect(text).toContain('✗ FAILED constraints-hold');
    expect(text).toContain('✗ NOT GREEN (1 failed, 1 pending)');
    expect(text).toContain('✓ matches');
  });

  it('says SANDBOX before anything that could be believed', () => {
    for (const text of [
      renderVerificationTerminal(SANDBOX_VERIFIED, PLAIN),
      renderValidationTerminal(SANDBOX_SIGNED, PLAIN),
    ]) {
      const banner = text.indexOf('!! SANDBOX: THIS SIGNATURE PROVES NOTHING !!');
      expect(banner).toBeGreaterThan(0);
      expect(banner).toBeLessThan(text.indexOf('signer  '));
    }
    expect(renderVerificationTerminal(VERIFIED, PLAIN)).not.toContain('SANDBOX');
  });

  it('says UNSIGNED, NOT PINNED and which flag gave up safety', () => {
    const unsigned = renderVerificationTerminal(UNSIGNED_ALLOWED, PLAIN);
    expect(unsigned).toContain('! VERIFIED, UNSIGNED');
    expect(unsigned).toContain('Safety was given up with --allow-unsigned.');
    expect(renderVerificationTerminal(NOT_PINNED, PLAIN)).toContain('!! NOT PINNED !!');
  });

  it('E-46 shows every fault and what was not reached', () => {
    const text = renderVerificationTerminal(INVALID, PLAIN);
    expect(text).toContain('FILE_DIFFERS');
    expect(text).toContain('FILE_EXTRA');
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

  it('is short however much there is, and counts the rest', () => {
    const { verification, validation } = hugeReports('x');
    const text = renderVerificationTerminal(verification, PLAIN);
    expect(text.split('\n').length).toBeLessThan(900);
    expect(text).toContain('  and 9990 more findings\n');
    expect(text).toContain('  and 9997 more faults of this check\n');
    expect(renderValidationTerminal(validation, PLAIN)).toContain('  and 9990 more faults\n');
  });
});
