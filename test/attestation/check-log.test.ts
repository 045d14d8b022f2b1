import { describe, expect, it } from 'vitest';

import { CheckLog, type Outcome } from '../../src/attestation/check-log.ts';
import { EvidenceError, type Fault } from '../../src/errors/evidence-error.ts';
import { errorWith, faultWith } from './faults.ts';

const NAMES = ['first', 'second', 'third'] as const;

function newLog(): CheckLog<(typeof NAMES)[number]> {
  return new CheckLog(NAMES);
}

function outcome(...faults: readonly Fault[]): () => Outcome<string> {
  return () => ({ value: 'value', found: 'found', expected: 'expected', faults });
}

function throwing(error: Error): () => never {
  return () => {
    throw error;
  };
}

describe('a log of checks', () => {
  it('has every check in its own order, whatever the order in which they were made', () => {
    const log = newLog();
    log.note('third', outcome());
    log.note('first', outcome());
    expect(log.results().map(({ name, outcome: result }) => [name, result])).toEqual([
      ['first', 'passed'],
      ['second', 'not-reached'],
      ['third', 'passed'],
    ]);
  });

  it('says of a check that nobody made that it was not reached, and has no fault for it', () => {
    const [first, ...others] = newLog().results();
    expect(first).toEqual({
      name: 'first',
      outcome: 'not-reached',
      found: 'not checked',
      expected: 'the checks before it to pass',
      hint: 'fix what failed above and verify again',
      faults: [],
    });
    expect(others.map((check) => check.outcome)).toEqual(['not-reached', 'not-reached']);
  });

  it('keeps what a check found that passed, with nothing to do', () => {
    const log = newLog();
    log.note('first', outcome());
    expect(log.require('second', outcome())).toBe('value');
    expect(log.results()[0]).toEqual({
      name: 'first',
      outcome: 'passed',
      found: 'found',
      expected: 'expected',
      hint: '',
      faults: [],
    });
    expect(log.results()[1]?.outcome).toBe('passed');
  });

  it('shows of a check that failed its first fault, and keeps all', () => {
    const log = newLog();
    const faults = [faultWith('FILE_MISSING'), faultWith('FILE_EXTRA')];
    log.note('first', outcome(...faults));
    expect(log.results()[0]).toEqual({
      name: 'first',
      outcome: 'failed',
      found: 'found by FILE_MISSING',
      expected: 'expected',
      hint: 'hint',
      faults,
    });
  });

  it('ends the line where what is required fails, and goes on where a fault is noted', () => {
    const log = newLog();
    const failing = outcome(faultWith('FILE_MISSING'));
    log.note('first', failing);
    expect(log.require('second', failing)).toBeUndefined();
    expect(log.results().map((check) => check.outcome)).toEqual([
      'failed',
      'failed',
      'not-reached',
    ]);
  });

  it('keeps what a body refuses as its fault, and has no value then', async () => {
    const log = newLog();
    const refused = throwing(errorWith('FIELD_MISSING', 'x#/y'));
    log.note('first', refused);
    expect(log.require('second', refused)).toBeUndefined();
    expect(
      await log.requireAsync(
        'third',
        async () => await Promise.reject(errorWith('FIELD_MISSING', 'x#/y')),
      ),
    ).toBeUndefined();
    for (const check of log.results()) {
      expect(check).toMatchObject({ outcome: 'failed', found: 'found by FIELD_MISSING' });
      expect(check.faults).toEqual([faultWith('FIELD_MISSING', 'x#/y')]);
    }
  });

  it('waits for what has to be awaited', async () => {
    const log = newLog();
    const ready = Promise.resolve(outcome()());
    const failed = Promise.resolve(outcome(faultWith('FILE_EXTRA'))());
    expect(await log.requireAsync('first', async () => await ready)).toBe('value');
    expect(await log.requireAsync('second', async () => await failed)).toBeUndefined();
    expect(log.results().map((check) => check.outcome)).toEqual([
      'passed',
      'failed',
      'not-reached',
    ]);
  });

  it('keeps why a check was skipped, or what it is about could not be read', () => {
    const log = newLog();
    log.skip('first', faultWith('UNSIGNED'));
    log.fail('second', errorWith('DOCUMENT_INVALID'));
    const [first, second] = log.results();
    expect(first).toMatchObject({ outcome: 'skipped', faults: [faultWith('UNSIGNED')] });
    expect(second).toMatchObject({ outcome: 'failed', faults: [faultWith('DOCUMENT_INVALID')] });
  });

  const make = {
    note: (log: ReturnType<typeof newLog>) => {
      log.note('first', outcome());
    },
    require: (log: ReturnType<typeof newLog>) => log.require('first', outcome()),
    skip: (log: ReturnType<typeof newLog>) => {
      log.skip('first', faultWith('UNSIGNED'));
    },
    fail: (log: ReturnType<typeof newLog>) => {
      log.fail('first', errorWith('DOCUMENT_INVALID'));
    },
  };
  const twice = Object.values(make).flatMap((one) =>
    Object.values(make).map((other) => [one, other] as const),
  );

  it('takes each check once: a second result could hide the first, so it is a bug', () => {
    for (const [one, other] of twice) {
      const log = newLog();
      one(log);
      const before = log.results();
      const error = thrownBy(() => other(log));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).not.toBeInstanceOf(EvidenceError);
      expect(log.results()).toEqual(before);
    }
  });

  it('takes none but its own: one that is left out of the report would be lost, so it is a bug', () => {
    for (const one of Object.values(make)) {
      const log = new CheckLog<(typeof NAMES)[number]>(['second', 'third']);
      const error = thrownBy(() => one(log));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).not.toBeInstanceOf(EvidenceError);
      expect(log.results().map(({ outcome: result }) => result)).toEqual([
        'not-reached',
        'not-reached',
      ]);
    }
  });

  it('lets a bug pass, and is no verdict then: the check is not reached', async () => {
    const bug = new TypeError('undefined is not a function');
    const log = newLog();
    const note = () => {
      log.note('first', throwing(bug));
    };
    expect(thrownBy(note)).toBe(bug);
    expect(thrownBy(() => log.require('second', throwing(bug)))).toBe(bug);
    await expect(log.requireAsync('third', async () => await Promise.reject(bug))).rejects.toBe(
      bug,
    );
    expect(log.results().map((check) => check.outcome)).toEqual(NAMES.map(() => 'not-reached'));
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}
