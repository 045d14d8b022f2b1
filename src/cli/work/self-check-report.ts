// What a command that makes evidence says of it: the report of the self-check, and what to do next.

import type { PackedEvidence } from '../../evidence/pack/packed-evidence.ts';
import type { ValidationReport } from '../../evidence/validate/facts.ts';
import { STDIN } from '../../io/disk/files.ts';
import type { LeftSigning } from '../../io/sigstore/signing-journal.ts';
import { keyFileOf, pinOf } from '../../policy/policy.ts';
import { escapeInvisible } from '../../quote.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { reportOf } from '../call/report-flags.ts';
import { deliver } from './deliver.ts';
import { logsPath } from './validate-outputs.ts';

/** An archive that was written. */
interface Written {
  readonly out: string;
  readonly packed: PackedEvidence;
  /** The trusted root under which it verifies; undefined: the embedded one. */
  readonly rootPath: string | undefined;
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
  { repeat, written }: { readonly repeat: string; readonly written?: Written },
): Promise<number> {
  const report = written === undefined ? checked : reportOfEvidence(written, checked, call);
  try {
    await deliver(await renderSelfCheck(report, call, repeat), call);
  } finally {
    // The evidence is there, even if the report cannot be written.
    if (written !== undefined) process.stderr.write(nextSteps(written, call));
  }
  return report.exitCode;
}

/** Whoever made it sees everything in the terminal. The other formats are published: they show what the evidence shows. */
function reportOfEvidence(
  { out, packed }: Written,
  checked: ValidationReport,
  call: Call,
): ValidationReport {
  const { manifestDigest, proof, sandbox } = packed;
  const whole = { facts: packed.facts, faults: checked.faults, findings: checked.findings };
  const isPublished = reportOf(call).format !== 'terminal';
  const { facts, faults, findings } = (isPublished ? packed.shown : undefined) ?? whole;
  return {
    ...{ ...checked, facts, faults },
    findings: [...findings, ...packed.findings],
    evidence: { path: out, manifestDigest, signer: proof?.signer, sandbox },
  };
}

async function renderSelfCheck(
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

/** In one line, what becomes public, or how much is withheld. */
function noteOf({ redaction }: PackedEvidence): string {
  if (redaction === undefined) {
    return 'nothing is redacted: node names, provider ids and everything else in the snapshot, results and logs become public with this evidence';
  }
  const { policy, version, withheld = [] } = redaction;
  const counts = Map.groupBy(withheld, ({ file }) => file);
  const files = [...counts].map(
    ([file, rows]) => `${rows.reduce((sum, { count }) => sum + count, 0)} values of ${file}`,
  );
  const left = files.length === 0 ? '' : `; withheld: ${files.join(', ')}`;
  return escapeInvisible(`redacted (${`${policy} ${version}`.trim()})${left}`);
}

/** What leads to the same trusted root. */
function rootFlags({ options }: Call, rootPath: string | undefined): readonly string[] {
  if (rootPath !== undefined) return ['--trusted-root', inputWord(rootPath)];
  if (!options.has('trust-cache')) return [];
  const tufRoot = options.text('tuf-root');
  return ['--trust-cache', ...(tufRoot === undefined ? [] : ['--tuf-root', inputWord(tufRoot)])];
}

/** The path, the bundle's identity and the very commands that verify it and that sign it. */
function nextSteps({ out, packed, rootPath }: Written, call: Call): string {
  const { proof, manifestDigest } = packed;
  const keyFile = proof && keyFileOf(proof.signer);
  const pin =
    proof === undefined
      ? ['--allow-unsigned']
      : [...rootFlags(call, rootPath), ...pinOf(proof.signer), ...proof.weakened];
  return [
    `evidence: ${commandLine([out])}`,
    `manifest: ${manifestDigest}`,
    `  verify: ${commandLine(['affidavit', 'verify-evidence', pathWord(out), ...pin])}`,
    ...(proof === undefined
      ? [`    sign: ${signCommand(out, out.replace(/(?:\.tar\.gz)?$/, '.signed.tar.gz'))}`]
      : []),
    ...logsLines(out, packed),
    `    note: ${noteOf(packed)}`,
    ...(keyFile === undefined ? [] : ['  KEY.pub: for whoever verifies', keyFile.trimEnd()]),
    '',
  ].join('\n');
}

/** Where the logs are, if they are not in the bundle. */
export function logsLines(out: string, { logs }: PackedEvidence): readonly string[] {
  if (logs.length === 0) return [];
  return [
    `    logs: ${commandLine([logsPath(out)])}, for whoever may see them: verify-evidence --logs`,
  ];
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
