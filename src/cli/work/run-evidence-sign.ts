import { collectFiles } from '../../archive/collect.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { readUnsigned, type UnsignedEvidence } from '../../evidence/pack/read-unsigned.ts';
import { OriginalTap } from '../../evidence/verify/original-tap.ts';
import { BundleReader } from '../../io/disk/bundle-source.ts';
import { openInput } from '../../io/disk/bundle-source.ts';
import { STDIN, requireOneStdin } from '../../io/disk/files.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { say, warn } from '../../io/disk/talk.ts';
import { requireSignable } from '../../io/process/clock.ts';
import { servicePaths } from '../../io/sigstore/service-paths.ts';
import { signingStatePath, type LeftSigning } from '../../io/sigstore/signing-journal.ts';
import { openSigning } from '../../io/sigstore/signing-session.ts';
import { refuse } from '../../place.ts';
import { pathWord } from '../../shell-words.ts';
import { AFFIDAVIT } from '../../tool.ts';
import type { Call } from '../call/command.ts';
import { isDirectoryWanted, outOf } from '../call/layout-flag.ts';
import { outputsOf } from '../call/report-flags.ts';
import { maxRunSpanOf, spanWords } from '../call/run-flags.ts';
import { SIGNING_FILES } from '../call/signing-flags.ts';
import { isPointer, isYaml } from './named-input.ts';
import { endSelfCheck, leftLines, timeOfDay } from './self-check-report.ts';
import { signAndWrite } from './sign-and-write.ts';
import { signingChoice } from './signing-choice.ts';
import { logsPath, requireOutputs } from './validate-outputs.ts';

/** Signs a bundle that was packed before, perhaps on another machine. */
export async function runEvidenceSign(call: Call): Promise<number> {
  const { options, progress } = call;
  const sources = options.texts('input');
  const out = outOf(options);
  if (out === undefined && sources.every((path) => isYaml(path))) {
    const { signPointers } = await import('./sign-pointers.ts');
    return await signPointers(call, sources);
  }
  const [source = ''] = sources;
  if (out === undefined || sources.length > 1 || (await isElsewhere(source))) {
    return refuseInput(options, sources);
  }
  const maxRunSpan = maxRunSpanOf(options);
  await requireGoodCall(call, source, out);
  const session = await openSigning({
    ...signingChoice(call, out, isDirectoryWanted(options)),
    isPacked: true,
  });
  try {
    const unsigned = await progress('verifying', readBundle(source, maxRunSpan));
    // Whoever packed it can compare the two.
    say(`manifest: ${unsigned.packed.manifestDigest}, verified, not signed yet\n`);
    requireSignable(unsigned.packed.attestedAt);
    const packed = await signAndWrite(out, unsigned.packed, session, {
      call,
      ifNotSigned,
      ifGivenUp: sayLeft,
    });
    const { faults, findings, exitCode } = unsigned;
    const checked = { tool: AFFIDAVIT, exitCode, facts: packed.facts, faults, findings };
    const check = ['affidavit', 'verify-evidence', pathWord(source), '--allow-unsigned'];
    const { rootPath } = session;
    return await endSelfCheck(checked, call, {
      repeat: [...check, ...spanWords(options)],
      written: { out, packed, rootPath, logs: logsOf(source, unsigned) },
    });
  } finally {
    await session.close?.();
  }
}

async function isElsewhere(source: string): Promise<boolean> {
  return source.startsWith('oci://') || (await isPointer(source));
}

/** Throws USAGE. */
function requireNoArtifact(sources: readonly string[]): void {
  if (!sources.some((source) => source.startsWith('oci://'))) return;
  const hint = 'write its pointer with affidavit evidence pointer, and sign that';
  refuse({ code: 'USAGE', at: 'INPUT', hint }, 'an artifact', 'a bundle, or a pointer to it');
}

/** Without OUT it is a pointer. */
function refuseInput(options: Call['options'], sources: readonly string[]): never {
  requireNoArtifact(sources);
  const { length } = sources;
  const place = { code: 'USAGE', at: 'INPUT' } as const;
  if (!options.has('emit-evidence')) {
    const hint = 'add --emit-evidence OUT; only a pointer, FILE.yaml, is signed without it';
    return refuse({ ...place, at: '--emit-evidence', hint }, 'no such flag', 'OUT for a bundle');
  }
  if (length > 1) {
    const hint = 'sign one after the other; only pointers are signed together, without OUT';
    return refuse({ ...place, hint }, `${length} words`, 'one bundle for OUT');
  }
  const hint = 'leave out --emit-evidence: the artifact is signed where it is';
  return refuse({ ...place, at: '--emit-evidence', hint }, 'a pointer as INPUT', 'a bundle');
}

/** They are where the bundle was packed. */
function logsOf(source: string, { hasLogs }: UnsignedEvidence): string | undefined {
  const path = logsPath(source);
  return hasLogs && lookAt(path) !== undefined ? path : undefined;
}

/** The bundle is there; there may be answers of services too. */
async function ifNotSigned(left: LeftSigning | undefined): Promise<string | undefined> {
  if (left === undefined) return undefined;
  sayLeft(left);
  return await Promise.resolve(
    `run the same command again: until ${timeOfDay(left.until)} it goes on from what is left`,
  );
}

function sayLeft(left: LeftSigning): void {
  warn(`${leftLines(left, 'the same command').join('\n')}\n`);
}

async function requireGoodCall(
  { options, environment }: Call,
  source: string,
  out: string,
): Promise<void> {
  if (source === STDIN) {
    refuse(
      { code: 'USAGE', at: 'INPUT', hint: 'write it to a file first' },
      'standard input',
      'a .tar.gz or a directory: it is read twice, before it is signed and after',
    );
  }
  const files = SIGNING_FILES.flatMap((name) => options.text(name) ?? []);
  const variables = servicePaths(environment);
  requireOneStdin([...files, ...Object.values(variables), options.text('identity-token')]);
  await requireOutputs({
    open: files,
    bundle: source,
    variables,
    ...{ out, isDirectory: isDirectoryWanted(options) },
    beside: [signingStatePath(out)],
    force: options.has('force'),
    sandbox: options.has('sandbox'),
    outputs: outputsOf(options),
  });
}

async function readBundle(
  source: string,
  maxRunSpan: number | undefined,
): Promise<UnsignedEvidence> {
  const entries = await openInput(source, EVIDENCE_LAYOUT);
  const tap = new OriginalTap();
  const files = await collectFiles(tap.through(entries), EVIDENCE_LAYOUT);
  const reader = new BundleReader(source, EVIDENCE_LAYOUT);
  return readUnsigned(files, (path) => reader.open(path), { maxRunSpan, mapped: tap.mapped });
}
