// Whether a test that did not fail failed before it did: CTRF has five places to say so.
// https://ctrf.io/docs/specification/test
import { isDataList, isDataMap, scalarText, type Data } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { quote } from '../../quote.ts';
import { counted } from '../../sentence.ts';
import type { TestStatus } from './phase.ts';

/**
 * What shows that a test is flaky, in our words; undefined if nothing does. A failed test is red, and
 * needs no further word.
 */
export function flakySign(test: ObjectReader, status: TestStatus): string | undefined {
  const signs = [
    ...(/^true$/i.test(scalarText(test.data('flaky')) ?? '') ? ['flaky is true'] : []),
    ...retries(test.data('retries')),
    ...failedPart('attempt', test, 'retryAttempts'),
    ...failedPart('step', test, 'steps'),
    ...rawFailure(test.data('rawStatus')),
  ];
  return status === 'failed' || signs.length === 0 ? undefined : signs.join(', ');
}

/** A number as JSON writes it, as it is or as a text. */
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

function retries(data: Data | undefined): readonly string[] {
  const text = scalarText(data) ?? '';
  const count = NUMBER.test(text) ? Number(text) : 0;
  return count > 0 ? [`retries ${count}`] : [];
}

function failedPart(noun: string, test: ObjectReader, name: string): readonly string[] {
  const data = test.data(name);
  const failed = (isDataList(data) ? data : []).filter((part, index) => {
    const at = `${test.pointer(name)}/${index}`;
    return isDataMap(part) && saysFailed(new ObjectReader(part, at).data('status'));
  });
  return failed.length === 0 ? [] : [counted(failed.length, `failed ${noun}`)];
}

function rawFailure(data: Data | undefined): readonly string[] {
  return saysFailed(data) ? [`rawStatus ${quote(scalarText(data) ?? '', 40)}`] : [];
}

/** `failed`, `FAILURE`, `fail`: a runner's own word for it. */
function saysFailed(data: Data | undefined): boolean {
  return /fail/i.test(scalarText(data) ?? '');
}
