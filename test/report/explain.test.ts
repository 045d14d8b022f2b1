import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EXIT_CODES } from '../../src/cli/call/exit-codes.ts';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.ts';
import { PHASES } from '../../src/evidence/phase/phase.ts';
import { CHECK_NAMES, MORE_CHECKS } from '../../src/evidence/verify/checks.ts';
import { STATES as STATES_OF_GATE } from '../../src/gate/gate-json.ts';
import {
  sayCheck,
  sayConstraint,
  sayFigure,
  sayMatch,
  sayPhase,
} from '../../src/report/blocks/states.ts';
import { beginningWith, explain, explanations, having } from '../../src/report/explain.ts';
import { MORE_RULES } from '../../src/report/render/sarif-results.ts';
import { read } from '../docs/repository.ts';
import { propertyRuns } from '../property-runs.ts';

const pages = {
  errors: read('docs/errors.md'),
  verification: read('docs/verification.md'),
  cli: read('docs/cli.md'),
};
const all = explanations(pages);

const STATES: readonly string[] = [
  ...(['passed', 'failed', 'skipped', 'not-reached'] as const).map((outcome) =>
    sayCheck({ outcome }),
  ),
  ...(['passed', 'failed', 'unevaluable', 'claimed', 'withheld'] as const).map((outcome) =>
    sayConstraint({ outcome } as never),
  ),
  ...(['holds', 'contradicts', 'not-measured', 'unevaluable', 'not-compared'] as const).map(
    sayFigure,
  ),
  ...(['green', 'red', 'not-run'] as const).map((state) => sayPhase({ state, required: true })),
  ...(['mismatched', 'not-inferable', 'unknown'] as const).map((match) =>
    sayMatch({ dimension: 'service', match } as never),
  ),
].map(({ words }) => words);

/** As `renderError` prints it. */
const PRINTED =
  /^(?:error|finding): ([A-Z_\d]+) \S.*\n(?: {3}at: .+\n)?found: .+\n want: .+\n next: .+$/;

describe('explain', () => {
  it.each(STATES_OF_GATE)(
    'says of the state %s of the gate what it means, and what next',
    (state) => {
      const { text } = explain(state, all) ?? {};
      // What is a verdict too is explained as that.
      const isVerdict = Object.hasOwn(EXIT_CODES, state);
      const said = isVerdict ? /\w/ : /^a state of a recipe in the gate[,:].*\*\*Next:\*\* /;
      expect(text).toMatch(said);
      expect(explain(isVerdict ? `gate-${state}` : state, all)?.text).toMatch(
        /^a state of a recipe/,
      );
    },
  );

  it.each(Object.entries(ERROR_CATALOGUE))(
    'says of the code %s what docs/errors.md says, with an example of it',
    (code, [errorClass, meaning]) => {
      const { kind, page, text, example } = explain(code, all) ?? {};
      expect({ kind, page }).toEqual({
        kind: 'code',
        page: `docs/errors.md#${code.toLowerCase()}`,
      });
      expect(pages.errors).toContain(
        `\n## ${code}\n\n${text}\n\n**Example:**\n\n\`\`\`\n${example}\n\`\`\`\n`,
      );
      expect(text).toContain('**Next:** ');
      expect(PRINTED.exec(example ?? '')?.[1]).toBe(code);
      expect(example?.split('\n')[0]).toBe(
        `${errorClass === 'finding' ? 'finding' : 'error'}: ${code} ${meaning}`,
      );
    },
  );

  it.each([...CHECK_NAMES, ...MORE_CHECKS])(
    'says of the check %s what docs/verification.md says, with an example of its first code',
    (check) => {
      const { kind, text = '', example = '' } = explain(check, all) ?? {};
      expect(kind).toBe('check');
      expect(pages.verification).toContain(`\n## ${check}\n\n${text}\n`);
      expect(text).toContain('**Proves:** ');
      expect(text).toContain(`**Codes:** \`${PRINTED.exec(example)?.[1]}\``);
    },
  );

  it.each(Object.entries(EXIT_CODES))('says of the exit code %s, %i, what it means', (...row) => {
    const [verdict, code] = row;
    const explanation = explain(`${code}`, all);
    expect(explanation).toMatchObject({ kind: 'exit-code', names: [`${code}`, verdict] });
    expect(explain(verdict, all)).toBe(explanation);
    expect(explanation?.text.length).toBeGreaterThan(5);
    expect(explanation?.example.length).toBeGreaterThan(10);
  });

  it('takes a word in any case, but as it is written first', () => {
    expect(explain('signature_invalid', all)?.names).toEqual(['SIGNATURE_INVALID']);
    expect(explain('Files-Match-Manifest', all)?.names).toEqual(['files-match-manifest']);
    expect(explain('usage', all)?.kind).toBe('exit-code');
    expect(explain('USAGE', all)?.kind).toBe('code');
  });

  it.each([
    ...['SANDBOX', 'NOT PINNED', 'WEAKENED', 'STOPPED', ...MORE_RULES.keys()],
    ...STATES,
    ...['recorded as green', 'not judged', 'finding', 'claimed', ...PHASES],
  ])('says what the word %s in a report means, however it is typed', (word) => {
    const isCode = Object.hasOwn(EXIT_CODES, word.toLowerCase());
    const others = isCode
      ? []
      : [word.toLowerCase(), word.toUpperCase(), word.replaceAll(' ', '-')];
    for (const typed of [word, word.replaceAll(' ', '_'), ...others]) {
      const { kind, names } = explain(typed, all) ?? {};
      expect({ kind, name: names?.[0].toLowerCase() }).toEqual({
        kind: 'word',
        name: word.toLowerCase(),
      });
    }
    const { text = '', page, example } = explain(word, all) ?? {};
    expect(text).toContain('**Next:** ');
    expect(page).toBe('docs/cli.md#words-of-reports');
    expect(example).not.toBe('');
  });

  it('lists what has a word in it', () => {
    expect(having('pinned', all)).toEqual(
      expect.arrayContaining(['SIGNER_NOT_PINNED', 'NOT PINNED']),
    );
    expect(having('xyzw', all)).toEqual([]);
    expect(having('e', all)).toEqual([]);
  });

  it('lists what begins with a word', () => {
    expect(beginningWith('signer', all)).toContain('SIGNER_NOT_ALLOWED');
    expect(beginningWith('not_r', all)).toEqual(['NOT REACHED', 'NOT RUN']);
    expect(beginningWith('', all)).toEqual([]);
  });

  it('knows no other word', () => {
    const known = new Set(all.flatMap(({ names }) => names.map((name) => name.toLowerCase())));
    fc.assert(
      fc.property(fc.string(), (word) => {
        expect(explain(word, all) !== undefined).toBe(known.has(word.toLowerCase()));
      }),
      { numRuns: propertyRuns(50, 2000) },
    );
    for (const word of ['', 'toString', '__proto__', '5']) {
      expect(explain(word, all)).toBeUndefined();
    }
  });
});
