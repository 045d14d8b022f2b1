// What a command that makes evidence says of it: the report of the self-check, and what to do next.

import type { PackedEvidence } from '../../evidence/pack/pack-evidence.ts';
import type { ValidationReport } from '../../evidence/validate/facts.ts';
import { STDIN } from '../../io/disk/files.ts';
import type { LeftSigning } from '../../io/sigstore/signing-journal.ts';
import { keyFileOf, pinOf } from '../../policy/policy.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { reportOf } from '../call/report-flags.ts';

/** What the report says of the archive that was written. */
export function writtenEvidence(
  path: string,
  { manifestDigest, proof, sandbox }: PackedEvidence,
): NonNullable<ValidationReport['evidence']> {
  return { path, manifestDigest, signer: proof?.signer, sandbox };
}

/** @param repeat the command that makes the self-check again */
export async function renderSelfCheck(
  report: ValidationReport,
  call: Call,
  repeat: string,
): Promise<string> {
  const choice = reportOf(call);
  switch (choice.format) {
    case 'json': {
      const { encodeReport, validationJson } = await import('../../report/json.ts');
      return encodeReport(validationJson(report));
    }
    case 'markdown': {
      const { renderValidationMarkdown } = await import('../../report/render/markdown.ts');
      return renderValidationMarkdown(report, { repeat });
    }
    case 'terminal': {
      const { renderValidationTerminal } = await import('../../report/render/terminal.ts');
      return renderValidationTerminal(report, { ...choice, repeat });
    }
  }
}

const NOT_REDACTED =
  'nothing is redacted: node names, provider ids and everything else in the snapshot, results and logs become public with this evidence';

/** What leads to the same trusted root. */
export function rootFlags({ options }: Call, rootPath: string | undefined): readonly string[] {
  if (rootPath !== undefined) return ['--trusted-root', inputWord(rootPath)];
  if (!options.has('trust-cache')) return [];
  const tufRoot = options.text('tuf-root');
  return ['--trust-cache', ...(tufRoot === undefined ? [] : ['--tuf-root', inputWord(tufRoot)])];
}

/** The path, the bundle's identity and the very commands that verify it and that sign it. */
export function nextSteps(out: string, packed: PackedEvidence, root: readonly string[]): string {
  const { proof, manifestDigest } = packed;
  const keyFile = proof && keyFileOf(proof.signer);
  const pin =
    proof === undefined
      ? ['--allow-unsigned']
      : [...root, ...pinOf(proof.signer), ...proof.weakened];
  return [
    `evidence: ${commandLine([out])}`,
    `manifest: ${manifestDigest}`,
    `  verify: ${commandLine(['affidavit', 'verify-evidence', pathWord(out), ...pin])}`,
    ...(proof === undefined ? [`    sign: ${signCommand(out, `${out}.signed.tar.gz`)}`] : []),
    `    note: ${NOT_REDACTED}`,
    ...(keyFile === undefined ? [] : ['  KEY.pub: for whoever verifies', keyFile.trimEnd()]),
    '',
  ].join('\n');
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
