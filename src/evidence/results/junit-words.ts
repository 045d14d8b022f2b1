// What elements and attributes of JUnit XML say of a test or a suite. Its rules: docs/results.md

import { quote } from '../../quote.ts';
import type { TestStatus } from '../phase/phase.ts';
import { refuseAt, type XmlElement } from './read-xml.ts';

/** From the one that says most to the one that says least. */
export const OUTCOMES: readonly string[] = ['failure', 'error', 'skipped'];

/** surefire's: `flaky…` of a test that passed in the end, `rerun…` of one that did not. */
export const RERUN = /^(?:flaky|rerun)(?:Failure|Error)$/;

export function isSuite({ name }: XmlElement): boolean {
  return name === 'testsuite' || name === 'testsuites';
}

/** What these say counts, so none may stand where nothing reads it, or in another case. */
const TELLING = /^(?:testcase|testsuites?|failure|error|skipped)$|^(?:flaky|rerun)/iu;

const BESIDE: readonly string[] = ['properties', 'system-out', 'system-err'];

/**
 * Left out, a failure would be lost: nobody knows what an element says that is not known. From the outside inwards: a
 * parent that has a right name is at a right place.
 *
 * @throws EvidenceError FIELD_INVALID
 */
export function requireRead(parent: XmlElement, file: string): void {
  const isHolder = isSuite(parent) || parent.name === 'testcase';
  for (const part of isHolder ? parent.content : parent.children) {
    if (typeof part === 'string') requireBlank(parent, part, file);
    else requireKnown(parent, part, file);
  }
}

function requireKnown(parent: XmlElement, child: XmlElement, file: string): void {
  if (!isReadIn(parent, child)) {
    refuseAt(child, file, {
      code: 'FIELD_INVALID',
      found: `the element ${quote(child.name, 60)} in ${quote(parent.name, 60)}, where it would be lost`,
      expected:
        'each <testcase> in a suite, each failure in the <testcase> that it is of, and in both no element that docs/results.md does not name',
      hint: 'give the report as the test runner wrote it; if something failed outside of tests, or in a way of its own, fix it and run them again',
    });
  }
  requireRead(child, file);
}

function isReadIn(parent: XmlElement, child: XmlElement): boolean {
  if (isSuite(parent)) return isSuite(child) || ['testcase', ...BESIDE].includes(child.name);
  if (parent.name !== 'testcase') return !TELLING.test(child.name);
  return [...OUTCOMES, ...BESIDE].includes(child.name) || RERUN.test(child.name);
}

function requireBlank(parent: XmlElement, text: string, file: string): void {
  if (text.trim() === '') return;
  refuseAt(parent, file, {
    code: 'FIELD_INVALID',
    found: `the text ${quote(text.trim(), 60)} in <${parent.name}>, where it would be lost`,
    expected: 'text in the elements of a test only, e.g. in <failure> or <system-out>',
    hint: 'give the report as the test runner wrote it',
  });
}

/** From the best to the worst. */
export const RANKS: readonly TestStatus[] = ['passed', 'skipped', 'pending', 'other', 'failed'];

/** Words of GoogleTest, Ginkgo, CTest and others. One that nobody knows here is no success. */
const WORDS: readonly (readonly [RegExp, TestStatus])[] = [
  [/^(?:|run|completed?|pass(?:ed)?|success(?:ful)?|succeeded|ok)$/, 'passed'],
  [/^(?:skip(?:ped)?|disabled|ignored|notrun|suppressed)$/, 'skipped'],
  [/^pending$/, 'pending'],
  [
    /^(?:fail(?:ed|ure)?|errors?|errored|timedout|panicked|interrupted|aborted|broken|crashed)$/,
    'failed',
  ],
];

/** Attributes whose value is one of `WORDS`. */
const WORD = /^(?:status|result|outcome|state|verdict|conclusion)$/;
const NO = /^(?:0|false|no|none)$/;
const YES = /^(?!(?:0|false|no|none)?$)/;

/** Attributes that say it by a yes or a no, or by a count. */
const FLAGS: readonly (readonly [name: RegExp, value: RegExp, TestStatus])[] = [
  [/^(?:success(?:ful)?|succeeded|ok)$/, NO, 'failed'],
  // A suite may count those that passed.
  [/^passed$/, /^(?:false|no|none)$/, 'failed'],
  [/^(?:skip(?:ped)?|disabled|ignored|notrun)$/, YES, 'skipped'],
  [/^executed$/, NO, 'skipped'],
  [
    /^(?:fail(?:ed|ures?)?|errors?|errored|timedout|panicked|interrupted|aborted|broken|crash(?:ed)?|exit(?:code|status)|returncode)$/,
    YES,
    'failed',
  ],
];

/** What an attribute says, and how it says it. */
export interface Word {
  readonly status: TestStatus;
  readonly said: string;
}

/** Of all attributes that say how a test or a suite ended, in any case. */
export function wordsIn({ attributes }: XmlElement): readonly Word[] {
  return [...attributes].flatMap(([written, value]) => {
    const name = written.toLowerCase().replace(/^(?!xmlns:)[^:]*:/, '');
    const status = statusBy(name.replaceAll(/[-_]/g, ''), value.trim().toLowerCase());
    return status === undefined ? [] : [{ status, said: `${written}=${quote(value, 60)}` }];
  });
}

function statusBy(name: string, value: string): TestStatus | undefined {
  const word = value.replaceAll(/[-_ ]/g, '');
  if (WORD.test(name)) return WORDS.find(([words]) => words.test(word))?.[1] ?? 'other';
  return FLAGS.find(([names, values]) => names.test(name) && values.test(value))?.[2];
}
