import { collectFiles } from '../archive/collect.ts';
import { documentOf } from '../archive/document-of.ts';
import type { Entry, ReceivedFiles } from '../archive/entry.ts';
import type { Layout } from '../archive/layout.ts';
import type { Finding } from '../errors/fault.ts';
import type { Tool } from '../tool.ts';
import type { TrustedRootInfo } from '../trust/trust.ts';
import type { Outcome } from './check-log.ts';
import { CheckLog } from './check-log.ts';
import type { CheckResult } from './check.ts';
import type { Kind } from './kind.ts';
import type { Judges, Signature } from './open-attestation.ts';
import type { Verdict } from './verdict.ts';
import { verdictOf } from './verdict.ts';

export interface VerifyOptions extends Judges {
  /** Judge what nobody signed as if its signer were pinned. */
  readonly allowUnsigned: boolean;
  readonly tool: Tool;
  /** Attestations that do not lie in the archive, by name; for kinds that take them from elsewhere. */
  readonly outside?: ReadonlyMap<string, Uint8Array>;
}

/** What a verification found, whatever was verified. */
export interface Verification<Name extends string> {
  readonly tool: Tool;
  readonly verdict: Verdict;
  /** Every check, in order, also those that were not reached. */
  readonly checks: readonly CheckResult<Name>[];
  /** The root that was used. */
  readonly root: TrustedRootInfo;
  readonly signature: Signature;
  /** Whether the caller said which signer is expected. */
  readonly pinned: boolean;
  /** Safety that the caller gave up, by flag: `--allow-unsigned`. */
  readonly weakened: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * The one line: entries → proof → signer → statement → inventory → recompute → verdict, in one pass
 * over the entries. Reads no file, clock or network: everything that decides the verdict is an
 * argument. Whatever is wrong with the input is in the result; only a bug is thrown.
 */
export async function verify<Name extends string, Found extends object>(
  kind: Kind<Name, Found>,
  entries: AsyncIterable<Entry>,
  options: VerifyOptions,
): Promise<Verification<Name> & Found> {
  const { trust, policy, allowUnsigned, tool, outside = new Map<string, Uint8Array>() } = options;
  const log = new CheckLog(kind.checks);
  const files = await log.requireAsync(
    kind.archiveCheck,
    async () => await receive(entries, kind.layout),
  );
  const { signature, found, findings } =
    files === undefined
      ? ({ signature: { state: 'not-verified' }, found: kind.nothingFound, findings: [] } as const)
      : kind.judge(log, { files, outside }, { trust, policy });
  const checks = log.results();
  const waived = allowUnsigned ? waivedOf(kind.signatureChecks, checks) : [];
  return {
    ...found,
    tool,
    verdict: verdictOf(checks, new Set(waived)),
    checks,
    root: trust.root,
    signature,
    pinned: policy !== undefined,
    weakened: waived.length === 0 ? [] : ['--allow-unsigned'],
    findings,
  };
}

async function receive(
  entries: AsyncIterable<Entry>,
  layout: Layout,
): Promise<Outcome<ReceivedFiles>> {
  const files = await collectFiles(entries, layout);
  for (const path of layout.required) documentOf(files, path, layout);
  const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  return {
    value: files,
    found: `${files.size} files, ${bytes} bytes`,
    expected: 'regular files with safe, unique names within the limits',
  };
}

/**
 * The checks that may be skipped: those that only a signature can pass, if nobody signed at all. One
 * that was made shows that somebody did, and then none is given up.
 */
function waivedOf<Name extends string>(
  signatureChecks: readonly Name[],
  checks: readonly CheckResult<Name>[],
): readonly Name[] {
  const needed = checks.filter(({ name }) => signatureChecks.includes(name));
  const open = needed.filter(({ outcome }) => outcome !== 'not-reached');
  const isUnsigned = open.every(({ faults }) => faults.some(({ code }) => code === 'UNSIGNED'));
  return open.length > 0 && isUnsigned ? needed.map(({ name }) => name) : [];
}
