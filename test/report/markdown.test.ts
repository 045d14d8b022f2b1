import { describe, expect, it } from 'vitest';

import type { VerificationReport } from '../../src/evidence/verify/verify-evidence.ts';
import { renderValidationMarkdown, renderVerificationMarkdown } from '../../src/report/markdown.ts';
import { LIMIT_OF_TRUST } from '../../src/report/words.ts';
import { propertyRuns } from '../property-runs.ts';
import {
  FAILED,
  INVALID,
  NOT_PINNED,
  RED,
  SANDBOX_SIGNED,
  SANDBOX_VERIFIED,
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
import { nodesOf, parseMarkdown, referencesIn, textOf, type Nodes } from './markdown-tree.ts';

const OPTIONS = {
  source: 'evidence.tar.gz',
  repeat:
    "affidavit verify-evidence evidence.tar.gz --certificate-identity 'https://github.com/example/gpu-lab/.github/workflows/evidence.yaml@refs/heads/main' --certificate-oidc-issuer https://token.actions.githubusercontent.com",
};

function render(report: VerificationReport): string {
  return renderVerificationMarkdown(report, OPTIONS);
}

const firstLine = (markdown: string): string => markdown.split('\n')[0] ?? '';

function headingsOf(markdown: string): readonly string[] {
  return nodesOf(parseMarkdown(markdown))
    .filter(({ type }) => type === 'heading')
    .map(textOf);
}

/** Everything but words: the shape that foreign text must not change. */
function shapeOf(node: Nodes): unknown {
  if (node.type === 'html') return node.value;
  if (!('children' in node)) return node.type === 'code' ? 'code' : 'words';
  const inner = node.children.map((child) => shapeOf(child));
  const phrasing = ['paragraph', 'heading', 'tableCell'].includes(node.type);
  // How many runs of words and code spans a line has may change; that it has nothing else may not.
  return [
    node.type,
    phrasing ? [...new Set(inner.map(String))].filter((kind) => kind !== 'words') : inner,
  ];
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
      const markdown = renderValidationMarkdown(report);
      expect(markdown).toBe(golden(`validation-${name}.md`, markdown));
    },
  );

  it('has its sections in the order in which a maintainer asks', () => {
    expect(headingsOf(render(FAILED))).toEqual([
      '❌ FAILED: h100-eks-ubuntu-training',
      'Not in order',
      'Evidence',
      'Cluster',
      'Phases',
      'Constraints',
      'Bill of materials',
      'Recomputed and claimed',
      'Findings',
    ]);
  });

  it.each([
    ['## ✅ VERIFIED: h100-eks-ubuntu-training', VERIFIED],
    ['## ❌ FAILED: h100-eks-ubuntu-training', FAILED],
    ['## ❌ INVALID', INVALID],
    ['## ⚠️ UNDECIDED, UNSIGNED: h100-eks-ubuntu-training', UNSIGNED],
    ['## ⚠️ VERIFIED, UNSIGNED: h100-eks-ubuntu-training', UNSIGNED_ALLOWED],
    ['## ⚠️ UNDECIDED, NOT PINNED: h100-eks-ubuntu-training', NOT_PINNED],
    ['## ⚠️ VERIFIED, SANDBOX: h100-eks-ubuntu-training', SANDBOX_VERIFIED],
    ['## ⚠️ UNJUDGED: h100-eks-ubuntu-training', { ...VERIFIED, verdict: 'unjudged' as const }],
  ])('begins with the verdict: %s', (line, report) => {
    expect(firstLine(render(report))).toBe(line);
  });

  it.each([
    ['## ✅ GREEN', VALIDATIONS.green],
    ['## ❌ NOT GREEN', RED],
    ['## ⚠️ GREEN SO FAR', WITHOUT_RESULTS],
  ])('of a validation begins with %s', (line, report) => {
    expect(firstLine(renderValidationMarkdown(report))).toBe(`${line}: h100-eks-ubuntu-training`);
  });

  it.each([VERIFIED, FAILED, INVALID, { ...VERIFIED, verdict: 'unjudged' as const }, UNSIGNED])(
    'names the exit code beside the verdict',
    (report) => {
      const codes = ['verified', 'failed', 'invalid', 'unjudged', 'undecided'];
      expect(render(report)).toContain(`Exit code ${codes.indexOf(report.verdict)}.`);
    },
  );

  it('says SANDBOX before anything else that could be believed', () => {
    for (const markdown of [render(SANDBOX_VERIFIED), renderValidationMarkdown(SANDBOX_SIGNED)]) {
      const banner = markdown.indexOf('SANDBOX: THIS SIGNATURE PROVES NOTHING');
      expect(banner).toBeGreaterThan(0);
      expect(banner).toBeLessThan(markdown.indexOf('**Signer:**'));
    }
    expect(render(VERIFIED)).not.toContain('SANDBOX');
  });

  it('names every flag that gave up safety', () => {
    expect(render(UNSIGNED_ALLOWED)).toContain('Safety was given up with --allow-unsigned.');
    expect(render(UNSIGNED)).not.toContain('given up');
  });

  it('says of a signature that does not verify neither signer nor "none"', () => {
    const markdown = render({ ...INVALID, signature: { state: 'not-verified' } });
    expect(markdown).toContain('**Signer:** not known, the signature did not verify');
  });

  it('repeats the verification with the command as it was typed', () => {
    const blocks = nodesOf(parseMarkdown(render(VERIFIED))).flatMap((node) =>
      node.type === 'code' ? [node.value] : [],
    );
    expect(blocks).toEqual([OPTIONS.repeat]);
  });

  it('is the same for a tarball and a directory, but for the input', () => {
    const directory = renderVerificationMarkdown(VERIFIED, { ...OPTIONS, source: 'evidence' });
    expect(directory).toBe(render(VERIFIED).replace('`evidence.tar.gz`\n', '`evidence`\n'));
  });
});

describe('E-46 several faults', () => {
  it('are all shown, with what was not reached', () => {
    const markdown = render(INVALID);
    expect(markdown).toContain('`FILE_DIFFERS` at `logs/deployment/operator.log`');
    expect(markdown).toContain('`FILE_EXTRA` at `logs/deployment/extra.log`');
    expect(markdown).toContain('Not reached, and so not judged: `recipe-matches-digest`');
  });

  it('of one check never hide those of another', () => {
    const { verification } = hugeReports('x');
    const markdown = render(verification);
    for (const { name } of verification.checks) {
      expect(markdown.includes(`- **FAILED** \`${name}\` \`PHASE_NOT_GREEN\``)).toBe(true);
    }
  });
});

describe('E-60 the limit of trust', () => {
  it.each(Object.entries(VERIFICATIONS))('is in the report of %s evidence', (_, report) => {
    expect(render(report)).toContain(LIMIT_OF_TRUST);
  });

  it.each(Object.entries(VALIDATIONS))('is in the report of a %s validation', (_, report) => {
    expect(renderValidationMarkdown(report)).toContain(LIMIT_OF_TRUST);
  });
});

describe('E-43 foreign text anywhere in a report', () => {
  const verificationShape = shapeOf(parseMarkdown(render(FAILED)));
  const validationShape = shapeOf(parseMarkdown(renderValidationMarkdown(RED)));

  it('changes no block, makes no link, picture or reference, and writes no HTML', () => {
    forAllHostile(
      (value) => {
        // An empty text has its own words, e.g. no "Next" for an empty hint.
        const foreign = value === '' ? 'x' : value;
        const options = { source: foreign, repeat: foreign };
        const verification = parseMarkdown(
          renderVerificationMarkdown(withForeign(FAILED, foreign), options),
        );
        expect(shapeOf(verification)).toEqual(verificationShape);
        expect(referencesIn(nodesOf(verification))).toEqual([]);
        const validation = parseMarkdown(renderValidationMarkdown(withForeign(RED, foreign)));
        expect(shapeOf(validation)).toEqual(validationShape);
        expect(referencesIn(nodesOf(validation))).toEqual([]);
      },
      propertyRuns(20, 100),
    );
  });
});

describe('E-44 a report of any size', () => {
  it.each(['x', '@a', '`@a', '#1 ', '|', '\u202E', ':/', '&', '\u{E0041}', '中'])(
    'stays below 60,000 characters when everything is %j, ten thousand times',
    (piece) => {
      const { verification, validation } = hugeReports(piece);
      const long = piece.repeat(5000);
      const markdown = renderVerificationMarkdown(verification, { source: long, repeat: long });
      expect(markdown.length).toBeLessThan(60_000);
      expect(renderValidationMarkdown(validation).length).toBeLessThan(60_000);
    },
  );

  it('counts what it leaves out', () => {
    const { verification } = hugeReports('x');
    const markdown = render(verification);
    for (const [item, noun] of [
      ['- **failed** deployment: ', 'tests'],
      ['- `PHASE_NOT_GREEN` at', 'findings'],
      ['- **FAILED** `archive-is-safe`', 'faults of this check'],
    ] as const) {
      const shown = markdown.split(item).length - 1;
      expect(shown).toBeGreaterThan(0);
      expect(markdown.includes(`- and ${10_000 - shown} more ${noun}\n`)).toBe(true);
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
