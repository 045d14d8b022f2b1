// What a minimal bundle commits to, so that it can be revealed later, and what nobody finds out before.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf, type Digest } from '../../../src/digest.ts';
import { plain, type Data } from '../../../src/document/data.ts';
import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import {
  leafOf,
  saltOf,
  withheldValue,
  type WithheldValue,
} from '../../../src/evidence/redact/commitment.ts';
import { commit, parseOpenings } from '../../../src/evidence/redact/openings.ts';
import { encodeRedaction, parseRedaction } from '../../../src/evidence/redact/redaction-file.ts';
import { encodeRevealed, parseRevealed } from '../../../src/evidence/redact/revealed.ts';
import { tellMissing } from '../../../src/evidence/redact/withheld.ts';
import { MAX_OPENINGS_BYTES, MAX_WITHHELD_VALUES } from '../../../src/limits.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { DEMO, contentsOf, replaced, validateDemo } from '../demo.ts';
import { SECRET, commitDemo, judge, predicateOf, remade } from './committed.ts';

const HONEST = await commitDemo();

function leavesIn(contents: (typeof HONEST)['contents']): readonly string[] {
  const { leaves } = JSON.parse(String(contents.get('redaction.json'))) as { leaves: string[] };
  return leaves;
}

describe('a bundle with commitments', () => {
  it('has one sorted leaf for each withheld value, and verifies as one without', () => {
    const { leaves, scheme, withheld } = predicateOf(HONEST.contents).affidavit.redaction;
    const all = leavesIn(HONEST.contents);
    expect(scheme).toBe('affidavit-redaction/v1');
    expect(all).toEqual([...new Set(all)].toSorted());
    const counted = withheld.reduce((sum, { count }) => sum + count, 0);
    expect([all.length, leaves, HONEST.openings.values.length]).toEqual([
      counted,
      counted,
      counted,
    ]);
    expect(counted).toBeGreaterThan(100);
    const { exitCode, faults, report } = judge(HONEST.contents);
    expect([exitCode, faults]).toEqual([0, []]);
    expect(report.findings.map(({ at }) => at)).not.toContain('redaction.json');
    expect(report.facts.onlyClaimed).toEqual(['region', 'images']);
  });

  it('has the same bytes with the same secret, and no leaf in common with another', async () => {
    expect((await commitDemo()).contents).toEqual(HONEST.contents);
    const other = await commitDemo({}, createHash('sha256').update('another').digest());
    expect(
      leavesIn(other.contents).filter((leaf) => leavesIn(HONEST.contents).includes(leaf)),
    ).toEqual([]);
  });

  it('has no leaf in common with a bundle of another snapshot and the same secret, though its values are the same', async () => {
    const snapshot = replaced(DEMO.snapshot, 'swappiness: "0"', 'swappiness: "1"');
    const other = await commitDemo({ snapshot, results: DEMO.results });
    const ofSnapshot = ({ openings }: typeof other): readonly string[] =>
      openings.values
        .filter(({ file }) => file === 'snapshot.yaml')
        .map((value) =>
          leafOf(saltOf(SECRET, openings.digests.get(value.file) as Digest, value.path), value),
        );
    const [one, two] = [ofSnapshot(HONEST), ofSnapshot(other)];
    expect(one.every((leaf) => leavesIn(HONEST.contents).includes(leaf))).toBe(true);
    expect(two.every((leaf) => leavesIn(other.contents).includes(leaf))).toBe(true);
    expect(one.filter((leaf) => two.includes(leaf))).toEqual([]);
  });

  it('says nothing of secret, salts and values', () => {
    const all = [...HONEST.contents.values()].map(String).join('\n');
    expect(all).not.toContain(SECRET.toString('hex'));
    expect(all).not.toContain('ip-10-0-');
    for (const { file, path } of HONEST.openings.values) {
      const salt = saltOf(SECRET, HONEST.openings.digests.get(file) as Digest, path);
      expect(all).not.toContain(salt.toString('hex'));
    }
  });

  it('cannot be tried out: a value of few possible ones has another leaf at each place', () => {
    const digest = HONEST.openings.digests.get('snapshot.yaml') as Digest;
    const bool = (path: string): WithheldValue => ({
      ...{ file: 'snapshot.yaml', path },
      ...{ type: 'boolean', text: 'true' },
    });
    const [a, b] = ['/a', '/b'].map((path) => leafOf(saltOf(SECRET, digest, path), bool(path)));
    expect(a).not.toBe(b);
    const unsalted = leafOf(Buffer.alloc(32), bool('/a'));
    expect([a, b]).not.toContain(unsalted);
  });
});

describe('a redaction.json that the statement says nothing of', () => {
  const FILE = { 'redaction.json': 'hello' };
  const silent = (predicate: object): void => {
    Reflect.deleteProperty(predicate, 'affidavit');
  };

  it('is refused if nothing is redacted, and if our part is left out', async () => {
    const { files } = await packEvidence({ validation: validateDemo(), redact: 'none' });
    const whole = await contentsOf(files);
    expect(judge(remade(whole, {})).exitCode).toBe(0);
    for (const bundle of [remade(whole, FILE), remade(HONEST.contents, FILE, silent)]) {
      expect(judge(bundle)).toMatchObject({
        exitCode: 2,
        faults: ['redaction-matches-policy: REDACTION_DIFFERS redaction.json'],
      });
    }
  });

  it('is a further file in evidence of another producer', async () => {
    const { files } = await packEvidence({ validation: validateDemo(), redact: 'none' });
    const other = remade(await contentsOf(files), FILE, silent);
    expect(judge(other)).toMatchObject({ exitCode: 0, faults: [] });
  });
});

describe('commitments are refused', () => {
  const { contents } = HONEST;
  const text = String(contents.get('redaction.json'));
  const leaves = leavesIn(contents);
  const withLeaves = (list: readonly unknown[]): string =>
    JSON.stringify({ schemaVersion: '1.0.0', scheme: 'affidavit-redaction/v1', leaves: list });
  const [first = '', second = '', ...rest] = leaves;
  const at = (pointer: string): string =>
    `statement.intoto.json#/predicate/affidavit/redaction${pointer}`;
  const CHECK = 'redaction-matches-policy:';

  it.each<[string, ReturnType<typeof remade>, readonly string[]]>([
    [
      'without redaction.json',
      remade(contents, { 'redaction.json': undefined }),
      [`${CHECK} REDACTION_DIFFERS redaction.json`],
    ],
    [
      'if redaction.json is not the one of the manifest',
      new Map([...contents, ['redaction.json', Buffer.from(text.trim())]]),
      ['files-match-manifest: FILE_DIFFERS redaction.json'],
    ],
    [
      'if leaves are not sorted',
      remade(contents, { 'redaction.json': withLeaves([second, first, ...rest]) }),
      [`${CHECK} FIELD_INVALID redaction.json#/leaves/1`],
    ],
    [
      'if a leaf is there twice',
      remade(contents, { 'redaction.json': withLeaves([first, first, second, ...rest]) }),
      [`${CHECK} FIELD_INVALID redaction.json#/leaves/1`],
    ],
    [
      'if a leaf is no hash',
      remade(contents, { 'redaction.json': withLeaves([first.toUpperCase(), second, ...rest]) }),
      [`${CHECK} FIELD_INVALID redaction.json#/leaves/0`],
    ],
    [
      'if a leaf is missing',
      remade(contents, { 'redaction.json': withLeaves([first, ...rest]) }),
      [`${CHECK} REDACTION_DIFFERS redaction.json`],
    ],
    [
      'of another scheme',
      remade(contents, { 'redaction.json': replaced(text, 'redaction/v1', 'redaction/v2') }),
      [`${CHECK} FIELD_INVALID redaction.json#/scheme`],
    ],
    [
      'with an unknown field',
      remade(contents, { 'redaction.json': replaced(text, '"leaves"', '"more": 1, "leaves"') }),
      [`${CHECK} FIELD_UNKNOWN redaction.json#/more`],
    ],
    [
      'if the statement counts fewer withheld values',
      remade(contents, {}, ({ affidavit }) => {
        for (const row of affidavit.redaction.withheld.slice(0, 1)) row.count += 1;
      }),
      [`${CHECK} REDACTION_DIFFERS ${at('/leaves')}`],
    ],
    [
      'if the statement counts other leaves',
      remade(contents, {}, ({ affidavit }) => {
        affidavit.redaction.leaves = 1;
      }),
      [`${CHECK} REDACTION_DIFFERS redaction.json`, `${CHECK} REDACTION_DIFFERS ${at('/leaves')}`],
    ],
    [
      'if the statement does not say that there are some',
      remade(contents, {}, ({ affidavit }) => {
        delete affidavit.redaction.leaves;
        delete affidavit.redaction.scheme;
      }),
      [`${CHECK} REDACTION_DIFFERS redaction.json`],
    ],
    [
      'of another scheme in the statement',
      remade(contents, {}, ({ affidavit }) => {
        affidavit.redaction.scheme = 'affidavit-redaction/v2';
      }),
      [`statement-is-evidence: FIELD_INVALID ${at('/scheme')}`],
    ],
  ])('%s', (_, changed, expected) => {
    const { exitCode, faults } = judge(changed);
    expect(faults).toEqual(expected);
    expect(exitCode).toBe(2);
  });

  it('if there are more than anybody could read', () => {
    const many = Array.from({ length: MAX_WITHHELD_VALUES + 1 }, (_, index) =>
      index.toString(16).padStart(64, '0'),
    );
    expect(refusalOf(() => encodeRedaction(many, 'r'))?.code).toBe('LIMIT_EXCEEDED');
    expect(refusalOf(() => parseRedaction(Buffer.from(withLeaves(many)), 'r'))?.code).toBe(
      'LIMIT_EXCEEDED',
    );
    const most = encodeRedaction(many.slice(1), 'r');
    expect(parseRedaction(most, 'r').size).toBe(MAX_WITHHELD_VALUES);
  });

  it('if nothing is withheld by our policy', async () => {
    const packed = await packEvidence({
      validation: validateDemo(),
      redact: 'none',
      secret: SECRET,
    });
    expect(packed.openings).toBeUndefined();
    expect(packed.files.map(({ path }) => path)).not.toContain('redaction.json');
  });
});

const scalar: fc.Arbitrary<Data> = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.constantFrom(plain('integer', '1'), plain('boolean', 'true'), plain('null', '~')),
);
const { tree } = fc.letrec<{ tree: Data }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 4 }), tie('tree')), { maxLength: 4 })
      .map((fields) => new Map(fields)),
  ),
}));

const FILES = [{ path: 'a.json', bytes: Buffer.from('raw') }];

/** All values in it, below `/x`, as they are withheld. */
function valuesOf(data: Data): readonly WithheldValue[] {
  const values: WithheldValue[] = [];
  tellMissing(data, undefined, {
    group: '',
    path: '/x',
    withhold: (_group, path, value) => {
      values.push(withheldValue('a.json', path, value));
    },
  });
  return values;
}

describe('a file that is written', () => {
  /** So many that their places take so many bytes. */
  function longValues(bytes: number): readonly WithheldValue[] {
    const path = `/${'x'.repeat(bytes / 2000)}`;
    return Array.from({ length: 2000 }, () => ({ file: 'a.json', path, type: 'string', text: '' }));
  }

  function refused(make: () => unknown): readonly unknown[] {
    const { code, at, hint } = refusalOf(make) ?? {};
    return [code, at, hint];
  }

  it.each([
    ['places', 1.1 * MAX_OPENINGS_BYTES],
    ['places and all the rest', 0.999 * MAX_OPENINGS_BYTES],
  ])('is refused if its %s take more than a reader takes', (_, bytes) => {
    const values = longValues(bytes);
    expect(refused(() => commit(SECRET, { files: FILES, values }, 'r'))).toEqual([
      'LIMIT_EXCEEDED',
      '--openings',
      'redact without --openings: nothing is committed to then; nothing was written',
    ]);
  });

  it('is refused if so much is revealed', () => {
    const digest = digestOf('');
    const values = longValues(0.999 * MAX_OPENINGS_BYTES);
    const openings = { ...{ secret: SECRET, redaction: digest }, values };
    const digests = new Map([['a.json', digest]]);
    expect(refused(() => encodeRevealed({ ...openings, digests }, ['a.json']))).toEqual([
      'LIMIT_EXCEEDED',
      '--select',
      'select less; nothing was written',
    ]);
  });
});

describe('any withheld data', () => {
  it('has one place and one leaf for each value', () => {
    fc.assert(
      fc.property(tree, (data) => {
        const values = valuesOf(data);
        const places = new Set(values.map(({ path }) => path));
        expect(places.size).toBe(values.length);
        const made = commit(SECRET, { files: FILES, values }, 'r');
        expect([made.leaves, parseRedaction(made.bytes, 'r').size]).toEqual([
          values.length,
          values.length,
        ]);
      }),
      { numRuns: propertyRuns(50, 2000) },
    );
  });

  it('is read again from openings and from what is revealed of them, value for value', () => {
    fc.assert(
      fc.property(tree, (data) => {
        const values = valuesOf(data);
        const made = commit(SECRET, { files: FILES, values }, 'r');
        const openings = parseOpenings(made.openings, 'o');
        expect(openings.values).toEqual(values);
        if (openings.values.length === 0) return;
        const revealed = parseRevealed(encodeRevealed(openings, ['a.json']), 'r');
        const leaves = parseRedaction(made.bytes, 'r');
        expect(revealed.values.map(({ leaf }) => leaves.has(leaf))).toEqual(
          openings.values.map(() => true),
        );
      }),
      { numRuns: propertyRuns(50, 2000) },
    );
  });

  it('is refused, or says the same, when a byte of its file is another', () => {
    const made = Buffer.from(encodeRevealed(HONEST.openings, ['K8s.node']));
    const whole = parseRevealed(made, 'r');
    fc.assert(
      fc.property(fc.nat(made.length - 1), fc.integer({ min: 0, max: 255 }), (offset, byte) => {
        const bytes = Buffer.from(made);
        bytes[offset] = byte;
        let read: ReturnType<typeof parseRevealed> | undefined;
        const refused = refusalOf(() => {
          read = parseRevealed(bytes, 'r');
        });
        if (refused !== undefined) return;
        const isSame = JSON.stringify(read) === JSON.stringify(whole);
        const leaves = new Set(leavesIn(HONEST.contents));
        const isProven =
          read?.redaction === whole.redaction && read.values.every(({ leaf }) => leaves.has(leaf));
        expect(isProven).toBe(isSame);
      }),
      { numRuns: propertyRuns(300, 6000) },
    );
  });
});

describe('testdata/redaction/vectors.json', () => {
  interface Vector extends WithheldValue {
    readonly digest: Digest;
    readonly salt: string;
    readonly leaf: string;
  }
  const { secret, values } = JSON.parse(
    readFileSync(new URL('../../../testdata/redaction/vectors.json', import.meta.url), 'utf8'),
  ) as { readonly secret: string; readonly values: readonly Vector[] };

  it('has some of each type', () => {
    expect(new Set(values.map(({ type }) => type))).toEqual(
      new Set(['string', 'null', 'boolean', 'integer', 'float']),
    );
  });

  it.each(values)('gives $file#$path its salt and its leaf', ({ digest, salt, leaf, ...value }) => {
    const made = saltOf(Buffer.from(secret, 'hex'), digest, value.path);
    expect(made.toString('hex')).toBe(salt);
    expect(leafOf(made, value)).toBe(leaf);
  });
});
