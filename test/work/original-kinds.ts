// What results in the forms of others can have many of.
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { mapOriginal } from '../../src/evidence/results/original.ts';
import { many, type Kind, type Kinds } from './work.ts';

/** Whether it is refused or not: the work is done. */
function mapping(text: (count: number) => string): Kind {
  return (count) => {
    const bytes = Buffer.from(text(count));
    return async () => {
      await mapOriginal(bytes, 'results').catch((error: unknown) => {
        if (!(error instanceof EvidenceError)) throw error;
      });
    };
  };
}

function junit(parts: (count: number) => string): Kind {
  return mapping((count) => `<testsuites>${parts(count)}</testsuites>`);
}

/** One case with these parts. */
function oneCase(parts: (count: number) => string): Kind {
  return junit((count) => `<testsuite><testcase name="a">${parts(count)}</testcase></testsuite>`);
}

const CASE = '<testcase name="a"/>';

function goTest(event: (index: number) => object): Kind {
  return mapping((count) =>
    many(count, (index) => `${JSON.stringify({ Package: 'p', ...event(index) })}\n`),
  );
}

export const ORIGINAL_KINDS: Kinds = {
  'cases of a suite of JUnit': junit(
    (count) => `<testsuite>${many(count, (i) => `<testcase name="t${i}"/>`)}</testsuite>`,
  ),
  'cases of JUnit with one name': junit(
    (count) => `<testsuite>${many(count, () => CASE)}</testsuite>`,
  ),
  'suites of JUnit': junit((count) =>
    many(count, (i) => `<testsuite name="s${i}">${CASE}</testsuite>`),
  ),
  'suites of JUnit in suites': junit(
    (count) => `${'<testsuite>'.repeat(count / 10)}${CASE}${'</testsuite>'.repeat(count / 10)}`,
  ),
  'properties of a case of JUnit': oneCase(
    (count) =>
      `<properties>${many(count, (i) => `<property name="p${i}" value="v"/>`)}</properties>`,
  ),
  'failures of a case of JUnit': oneCase((count) => '<failure>x</failure>'.repeat(count)),
  'references in a text of XML': oneCase(
    (count) => `<system-out>${'&amp;&#65;'.repeat(count)}</system-out>`,
  ),
  'sections in a text of XML': oneCase(
    (count) => `<system-out>${'<![CDATA[x]]>'.repeat(count)}</system-out>`,
  ),
  'comments in XML': oneCase((count) => '<!-- x -->'.repeat(count)),
  'attributes of an element of XML': junit(
    (count) => `<testsuite ${many(count, (i) => `a${i}="b" `)}>${CASE}</testsuite>`,
  ),
  'entities that are declared': mapping(
    (count) =>
      `<!DOCTYPE t [${many(count, (i) => `<!ENTITY e${i} "x">`)}]><testsuite>${CASE}</testsuite>`,
  ),
  'elements of XML that do not end': mapping((count) => '<testsuite>'.repeat(count)),
  'tests of go test': goTest((i) => ({ Action: 'pass', Test: `T${i}`, Elapsed: 1 })),
  'subtests of go test': goTest((i) => ({ Action: 'pass', Test: `T/s${i}`, Elapsed: 1 })),
  'packages of go test': goTest((i) => ({ Action: 'pass', Package: `p${i}`, Elapsed: 1 })),
  'runs of one test of go test': goTest((i) => ({
    ...{ Action: i % 2 === 0 ? 'run' : 'pass', Test: 'T' },
  })),
  'output of one test of go test': goTest((i) => ({
    ...{ Action: 'output', Test: 'T', Output: `line ${i}\n` },
  })),
  'levels of subtests of go test': mapping(
    (count) =>
      `${JSON.stringify({ Package: 'p', Action: 'pass', Test: `T${'/s'.repeat(count)}` })}\n`,
  ),
};
