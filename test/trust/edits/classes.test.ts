// Each kind of edit once, by name: so that none is missing from what is tried at random, and that the
// expected classes are those that docs/verification.md promises.

import { describe, expect, it } from 'vitest';

import { encode as encodeJson } from '../forge.ts';
import { baseOf, proofsOf } from './bases.ts';
import { isSignature, mirrored } from './ecdsa.ts';
import { applyEdits, placesFor, type Edit } from './edit.ts';
import { classifier } from './expected-class.ts';
import { encode, leaf, nodeAt, placesIn, replaced, sayPath, treeOf, type Tree } from './tree.ts';

const base = baseOf('both logs with two timestamps');
const [tree, twin] = [treeOf(base.bundle), treeOf(base.twin)];
const classify = classifier([tree, twin]);

/** What the class says, and whether the judges accept. */
function outcome(edited: Tree): string {
  const judged = proofsOf(encode(edited)).map((proof) => (proof instanceof Error ? 'no' : 'yes'));
  return `${classify(edited).expected}: ${[...new Set(judged)].join()}`;
}

/** What becomes of an edit at the first place that is called so. */
function after(name: Edit['name'], called: RegExp): string {
  const edit = { name, choice: 0, isShallow: false };
  const places = placesFor(edit, tree, twin).map(({ path }) => sayPath(tree, path));
  const at = places.findIndex((words) => called.test(words));
  expect(at).toBeGreaterThanOrEqual(0);
  return outcome(applyEdits(tree, twin, [{ ...edit, at }]));
}

describe('edits by name', () => {
  it('start from two bundles that verify', () => {
    expect(outcome(tree)).toBe('equal: yes');
    expect(encode(tree)).toEqual(encodeJson(base.bundle));
    expect(outcome(twin)).toBe('equal: yes');
  });

  const signatures = placesIn(tree)
    .filter(({ node }) => isSignature(node))
    .map(({ path }) => ({ path, words: sayPath(tree, path) }));

  /** Nobody signs these: the mirrored value verifies too. */
  const FREE =
    /inclusionPromise|tlogEntries\/0\(list\)\/0\(object\)\/inclusionProof|signedTimestamp.*5\(0x4\)\/0\(0x30\)$/;

  it('find the signatures: envelope, certificate, promise, checkpoint, log bodies, timestamps', () => {
    const names = [
      'dsseEnvelope',
      'certificate',
      'inclusionPromise',
      'checkpoint',
      'canonicalizedBody',
    ];
    for (const name of [...names, 'signedTimestamp']) {
      expect(signatures.filter(({ words }) => words.includes(name))).not.toEqual([]);
    }
    expect(signatures.filter(({ words }) => FREE.test(words))).toHaveLength(4);
  });

  it.each(signatures)('E-32 the mirrored value at $words', ({ path, words }) => {
    const edited = replaced(tree, path, (node) => [mirrored(node)]);
    expect(outcome(edited)).toBe(FREE.test(words) ? 'equal: yes' : 'refused: no');
  });

  const ROWS: readonly (readonly [string, Edit['name'], RegExp, string])[] = [
    ['white space', 'write otherwise', /^$/, 'equal: yes'],
    [
      'two entries in another order',
      'swap with the next',
      /tlogEntries\/0\(list\)\/0\(object\)$/,
      'equal: yes',
    ],
    [
      'two timestamps in another order',
      'swap with the next',
      /rfc3161Timestamps\/0\(list\)\/0\(object\)$/,
      'equal: yes',
    ],
    ['an entry left out', 'drop', /tlogEntries\/0\(list\)\/0\(object\)$/, 'smaller: yes'],
    ['a timestamp left out', 'drop', /rfc3161Timestamps\/0\(list\)\/0\(object\)$/, 'smaller: yes'],
    ['all timestamps left out', 'drop', /\/timestampVerificationData$/, 'smaller: yes'],
    ['all entries left out', 'drop', /\/tlogEntries$/, 'refused: no'],
    ['an entry twice', 'duplicate', /tlogEntries\/0\(list\)\/0\(object\)$/, 'refused: no'],
    ['a timestamp twice', 'duplicate', /rfc3161Timestamps\/0\(list\)\/0\(object\)$/, 'refused: no'],
    [
      "the twin's entry as well",
      'add from the twin',
      /tlogEntries\/0\(list\)\/0\(object\)$/,
      'refused: no',
    ],
    ["the twin's envelope", 'take from the twin', /\/dsseEnvelope$/, 'refused: no'],
    ["the twin's certificate", 'take from the twin', /\/certificate$/, 'refused: no'],
    ["the twin's checkpoint", 'take from the twin', /\/checkpoint$/, 'refused: no'],
    ["the twin's timestamps", 'take from the twin', /\/timestampVerificationData$/, 'refused: no'],
    ['a text in the status of a timestamp', 'add a status text', /0\(0x30\)$/, 'equal: yes'],
    [
      'a timestamp without its certificates',
      'drop the certificates of a timestamp',
      /3\(0xa0\)$/,
      'equal: yes',
    ],
  ];

  it('E-32 a checkpoint line of a key that the log does not have', () => {
    const lines = placesIn(tree).filter(({ node }) => node.form === 'joined');
    const added = lines.flatMap(({ path }) => {
      const node = nodeAt(tree, path);
      const own = node?.children.findIndex((each) => encode(each).toString().startsWith('\u2014 '));
      if (node === undefined || own === undefined || own < 0) return [];
      const name =
        encode(nodeAt(node, [own]) ?? leaf(''))
          .toString()
          .split(' ')[1] ?? '';
      const other = leaf(`\u2014 ${name} ${Buffer.from('another key').toString('base64')}\n`);
      return [replaced(tree, path, (each) => [{ ...each, children: [...each.children, other] }])];
    });
    expect(added.length).toBeGreaterThan(0);
    expect(new Set(added.map(outcome))).toEqual(new Set(['equal: yes']));
  });

  it.each(ROWS)('E-32 %s', (_, name, called, expected) => {
    expect(after(name, called)).toBe(expected);
  });
});
