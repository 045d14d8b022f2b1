// What a command that makes evidence says of it: the report of the self-check, and what to do next.

import { join } from 'node:path';

import { POINTER_FILE, SNAPSHOT_FILE } from '../../evidence/layout.ts';
import type { PackedEvidence } from '../../evidence/pack/packed-evidence.ts';
import type { ValidationReport } from '../../evidence/validate/facts.ts';
import { STDIN } from '../../io/disk/files.ts';
import { say } from '../../io/disk/talk.ts';
import type { LeftSigning } from '../../io/sigstore/signing-journal.ts';
import { keyFileOf, pinOf } from '../../policy/policy.ts';
import { escapeInvisible } from '../../quote.ts';
import { counted } from '../../sentence.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { isDirectoryWanted } from '../call/layout-flag.ts';
import { spanWords } from '../call/run-flags.ts';
import { deliverReports } from './deliver.ts';
import { logsPath } from './validate-outputs.ts';

/** An archive that was written. */
interface Written {
  readonly out: string;
  readonly packed: PackedEvidence;
  /** The trusted root under which it verifies; undefined: the embedded one. */
  readonly rootPath: string | undefined;
  /** Logs beside it that were written before; undefined: those of `packed`. */
  readonly logs?: string | undefined;
  /** How many files it binds that the recipe only names; undefined if nobody looked. */
  readonly bound?: number | undefined;
  /** What is said after all else. */
  readonly sayEnd?: () => void;
}

/**
 * Delivers the report of the self-check, and says what to do with the evidence that was written.
 *
 * @param repeat the command that makes the self-check again
 * @returns the exit code
 */
export async function endSelfCheck(
  checked: ValidationReport,
  call: Call,
  { repeat, written }: { readonly repeat: readonly string[]; readonly written?: Written },
): Promise<number> {
  try {
    const { validationJson } = await import('../../report/json.ts');
    await deliverReports(call, async (format) => {
      const isPublished = format !== 'terminal';
      const shown =
        written === undefined ? checked : reportOfEvidence(written, checked, isPublished);
      const json = validationJson(shown, { repeat });
      if (format !== 'html' || written === undefined) return json;
      return await (await import('./page-contents.ts')).packedPage(json, written.packed.files);
    });
  } finally {
    // The evidence is there, even if the report cannot be written.
    if (written !== undefined) say(nextSteps(written, call));
    written?.sayEnd?.();
  }
  return checked.exitCode;
}

/** Whoever made it sees everything in the terminal. The other formats are published: they show what the evidence shows. */
function reportOfEvidence(
  { out, packed }: Written,
  checked: ValidationReport,
  isPublished: boolean,
): ValidationReport {
  const { manifestDigest, proof, sandbox } = packed;
  const whole = { facts: packed.facts, faults: checked.faults, findings: checked.findings };
  const { facts, faults, findings } = (isPublished ? packed.shown : undefined) ?? whole;
  return {
    ...{ ...checked, facts, faults },
    findings: [...findings, ...packed.findings],
    evidence: { path: out, manifestDigest, signer: proof?.signer, sandbox },
  };
}

/** In one line, what becomes public, or how much is withheld. */
function noteOf({ redaction }: PackedEvidence): string {
  if (redaction === undefined) {
    return 'nothing is redacted: node names, results, logs and all else become public';
  }
  const { policy, version, withheld = [] } = redaction;
  const counts = Map.groupBy(withheld, ({ file }) => (file === SNAPSHOT_FILE ? file : 'reports'));
  const said = [...counts].map(
    ([of, rows]) => `${rows.reduce((sum, { count }) => sum + count, 0)} of ${of}`,
  );
  const left = said.length === 0 ? '' : `, withholds values: ${said.join(', ')}`;
  const all = 'public all the same: the region, and the name and tag of each image of the cluster';
  return escapeInvisible(`redacted (${`${policy} ${version}`.trim()})${left}; ${all}`);
}

/** What leads to the same trusted root. */
export function rootFlags({ options }: Call, rootPath: string | undefined): readonly string[] {
  if (rootPath !== undefined) return ['--trusted-root', inputWord(rootPath)];
  if (!options.has('trust-cache')) return [];
  const tufRoot = options.text('tuf-root');
  return ['--trust-cache', ...(tufRoot === undefined ? [] : ['--tuf-root', inputWord(tufRoot)])];
}

/** The path, the bundle's identity and the very commands that verify it and that sign it. */
function nextSteps({ out, packed, rootPath, logs, bound }: Written, call: Call): string {
  const { proof, manifestDigest, validatorImages } = packed;
  const keyFile = proof && keyFileOf(proof.signer);
  const span = spanWords(call.options);
  const pinned =
    proof === undefined
      ? ['--allow-unsigned']
      : [...rootFlags(call, rootPath), ...pinOf(proof.signer), ...proof.weakened];
  const pin = [...pinned, ...span];
  return [
    `evidence: ${commandLine([out])}`,
    ...(isDirectoryWanted(call.options)
      ? [` pointer: ${commandLine([join(out, POINTER_FILE)])}, ${pointerNote(packed)}`]
      : []),
    `manifest: ${manifestDigest}`,
    ...(bound === undefined
      ? []
      : [`   bound: ${counted(bound, 'file')} that the recipe only names`]),
    ...(validatorImages === 0 ? [] : [`validators: ${counted(validatorImages, 'image')}`]),
    `  verify: ${verifyCommand(out, pin)}`,
    ...(proof === undefined ? [`    sign: ${signCommandFor(out, call)}`] : []),
    ...logsLines(out, packed, pin, logs),
    `    note: ${noteOf(packed)}`,
    ...(keyFile === undefined ? [] : ['  KEY.pub: for whoever verifies', keyFile.trimEnd()]),
    '',
  ].join('\n');
}

/** What is missing before AICR takes it. */
function pointerNote({ proof }: PackedEvidence): string {
  return proof === undefined
    ? 'for AICR once the bundle is pushed'
    : 'not for AICR, which takes none to a signature about the recipe: pack with --no-sign for it';
}

/** How to compare the logs, if they are not in the bundle. */
export function logsLines(
  out: string,
  { logs }: PackedEvidence,
  pin: readonly string[],
  path = logsPath(out),
): readonly string[] {
  if (logs.length === 0 && path === logsPath(out)) return [];
  return [`    logs: ${verifyCommand(out, [...pin, '--logs', pathWord(path)])}`];
}

function verifyCommand(out: string, flags: readonly string[]): string {
  return commandLine(['affidavit', 'verify-evidence', pathWord(out), ...flags]);
}

/** Signed, it is of the same layout. */
function signCommandFor(out: string, { options }: Call): string {
  const span = spanWords(options);
  if (isDirectoryWanted(options)) {
    return signCommand(out, `${out}.signed`, ['--layout', 'directory', ...span]);
  }
  return signCommand(out, out.replace(/(?:\.tar\.gz)?$/, '.signed.tar.gz'), span);
}

/** The command that signs what was packed. */
export function signCommand(bundle: string, out: string, flags: readonly string[] = []): string {
  const words = ['affidavit', 'evidence', 'sign', pathWord(bundle), '--emit-evidence'];
  return commandLine([...words, pathWord(out), ...flags]);
}

/** What is there of a signing that did not end, and which command goes on with it. */
export function leftLines({ path, until }: LeftSigning, command: string): readonly string[] {
  return [
    `    left: ${commandLine([path])}`,
    `    note: until ${timeOfDay(until)} ${command} goes on from there`,
  ];
}

/** The minute, rounded down: it is about the end of something. */
export function timeOfDay(time: Date): string {
  return `${time.toISOString().slice(11, 16)} UTC`;
}

/** A file to read: `-` is standard input there too. */
export function inputWord(path: string): string {
  return path === STDIN ? path : pathWord(path);
}
