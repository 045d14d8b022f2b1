// A kind with two attestations, one of them outside the archive, whose own checks end as they are told.
import type { Entry } from '../../src/archive/entry.ts';
import type { CheckLog, Outcome } from '../../src/attestation/check-log.ts';
import type { AttestationSlot, Kind } from '../../src/attestation/kind.ts';
import { isBundlePath, type BundlePath } from '../../src/bundle-path.ts';
import { digestOf } from '../../src/digest.ts';
import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { encodeStatement, type ReceivedStatement } from '../../src/statement/statement.ts';
import { errorWith, faultWith } from './faults.ts';

export const CHECKS = [
  'archive',
  'model-signature',
  'model-signer',
  'model-statement',
  'audit-signature',
  'audit-signer',
  'audit-statement',
  'time',
  'content',
] as const;
export type Check = (typeof CHECKS)[number];

/** The outcome that a check must have: passed, or open with this code. */
export type Script = Readonly<
  Partial<Record<Check, 'passed' | readonly ['fail' | 'skip', ErrorCode]>>
>;

export interface Seen {
  readonly seen: readonly string[];
}

const TYPE = 'https://example.com/predicate/v1';
const MAX_BYTES = 1000;

export function kindOf(script: Script): Kind<Check, string, Seen> {
  return {
    layout: {
      isPath: isBundlePath,
      pathRule: 'a path',
      maxEntries: 3,
      maxFileBytes: MAX_BYTES,
      maxBytes: 3 * MAX_BYTES,
      required: ['model.json' as BundlePath],
      incompleteHint: () => 'pack it again',
      unlisted: [],
      documentLimit: () => MAX_BYTES,
    },
    checks: CHECKS,
    attestations: [slot('model', 'archive'), slot('audit', 'outside')],
    signatureChecks: ['time'],
    nothingFound: () => ({ seen: [] }),
    nameOf: () => undefined,
    recompute: (log, { files, opened }) => {
      play(log, script);
      return {
        found: { seen: [...files.keys(), ...opened.map(({ statement }) => statement)] },
        findings: [faultWith('CHECK_SKIPPED')],
      };
    },
  };
}

function slot(
  name: 'model' | 'audit',
  from: 'archive' | 'outside',
): AttestationSlot<Check, string> {
  return {
    file: { name: `${name}.sig`, maxBytes: MAX_BYTES },
    from,
    copy: `${name}.json`,
    statement: {
      file: `${name}.json`,
      predicateTypes: [TYPE],
      subjects: 'exactly one',
      hint: 'sign it again',
    },
    checks: {
      signature: `${name}-signature`,
      signer: `${name}-signer`,
      statement: `${name}-statement`,
    },
    read: nameOf,
  };
}

function nameOf({ subjects: [subject] }: ReceivedStatement): Outcome<string> {
  return { value: subject.name, found: 'a statement', expected: 'one', faults: [] };
}

function play(log: CheckLog<Check>, script: Script): void {
  for (const name of CHECKS) {
    const end = script[name];
    if (end === undefined) continue;
    if (end === 'passed') log.note(name, () => ({ found: '', expected: '', faults: [] }));
    else if (end[0] === 'skip') log.skip(name, faultWith(end[1]));
    else log.fail(name, errorWith(end[1]));
  }
}

/** A statement of the kind, about what has this name. */
export function statementOf(name: string): Uint8Array {
  const subjects = [{ name, digest: digestOf(name) }];
  return encodeStatement({ subjects, predicateType: TYPE, predicate: {} });
}

export async function* entriesOf(
  files: readonly (readonly [string, Uint8Array])[],
): AsyncGenerator<Entry, void> {
  for (const [path, bytes] of files) {
    yield { path, type: 'file', size: bytes.length, content: once(bytes) };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
