// The reports that were made of results in another form, compared with what is made of their originals.

import type { ReceivedFiles } from '../../archive/entry.ts';
import { EvidenceError, type Fault, type Finding } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { ctrfFile, phaseOfOriginal } from '../layout.ts';
import type { CtrfReport } from '../phase/ctrf.ts';
import type { Phase } from '../phase/phase.ts';
import type { MappedOriginals } from './original-tap.ts';

interface Compared {
  readonly faults: readonly Fault[];
  /** Of which the report is what is made of the original, or is not. */
  readonly phases: ReadonlySet<Phase>;
}

export const NOTHING_COMPARED: Compared = { faults: [], phases: new Set() };

interface Originals {
  /** What there is, originals among it. */
  readonly files: ReceivedFiles;
  readonly mapped: MappedOriginals;
  /** How complaints name a path. */
  readonly at: (path: string) => string;
  /** What is packed of a report. */
  readonly packed: (file: string, report: Uint8Array) => Uint8Array;
}

export function compareOriginals(
  { files, mapped, at, packed }: Originals,
  bundle: ReceivedFiles,
  reports: ReadonlyMap<Phase, CtrfReport>,
): Compared {
  const phases = new Set<Phase>();
  const faults: Fault[] = [];
  for (const path of files.keys()) {
    const phase = phaseOfOriginal(path);
    // By rules that nobody here knows nothing can be compared.
    if (phase === undefined || reports.get(phase)?.mapping === 'theirs') continue;
    const made = phases.has(phase) ? 'second' : madeOf(mapped, path);
    phases.add(phase);
    const file = ctrfFile(phase);
    const isSame =
      made instanceof Uint8Array && isEqual(bundle.get(file)?.bytes, packed(file, made));
    if (!isSame) faults.push(differs(at(path), foundIn(made), file));
  }
  return { faults, phases };
}

function madeOf(mapped: MappedOriginals, path: string): Uint8Array | EvidenceError {
  const made = mapped.get(path);
  if (made === undefined) throw new TypeError('an original that nobody mapped');
  return made;
}

function isEqual(bytes: Uint8Array | undefined, made: Uint8Array): boolean {
  return bytes !== undefined && Buffer.from(bytes).equals(made);
}

function foundIn(made: Uint8Array | EvidenceError | 'second'): string {
  if (made === 'second') return 'a second original of one phase';
  return made instanceof EvidenceError
    ? `${made.code}: ${made.found}`
    : 'results from which another report is made';
}

function differs(at: string, found: string, file: string): Fault {
  const hint = 'do not trust this evidence: its report is not what its test run says';
  const expected = `the one from which ${file} is made`;
  return faultAt({ code: 'ORIGINAL_DIFFERS', at, hint }, found, expected);
}

/** Reports that say that they were made of an original, which nobody here could compare. */
export function originalFindings(
  reports: ReadonlyMap<Phase, CtrfReport>,
  compared: readonly ReadonlySet<Phase>[],
): readonly Finding[] {
  return [...reports.values()]
    .filter(({ mapping, phase }) => mapping !== 'none' && !compared.some((set) => set.has(phase)))
    .map(({ mapping, phase }) => ({
      code: 'ORIGINAL_NOT_COMPARED',
      at: ctrfFile(phase),
      found:
        mapping === 'theirs'
          ? 'a report that was made by rules of another version'
          : 'a report that was made of results in another form, which were not supplied',
      expected: 'the original, to make it again',
      hint:
        mapping === 'theirs'
          ? 'upgrade affidavit if a newer version knows these rules'
          : 'ask its signer for OUT.logs.tar.gz, and give it with --logs',
    }));
}
