import { admitFiles, collectFiles } from '../archive/collect.ts';
import { requireComplete } from '../archive/entry.ts';
import type { Entry, Layout, ReceivedFile, ReceivedFiles } from '../archive/entry.ts';
import type { Digest } from '../digest.ts';
import type { Finding } from '../errors/evidence-error.ts';
import type { SignerJudgement } from '../policy/judge-signer.ts';
import type { PolicySigner } from '../policy/policy-signer.ts';
import type { Policy } from '../policy/policy.ts';
import { AFFIDAVIT, type Tool } from '../tool.ts';
import type { Trust, TrustedRootInfo } from '../trust/trust.ts';
import { CheckLog, type CheckResult, type Outcome } from './check-log.ts';
import { checkSameSigner, checkSigner, type SignerRule } from './check-signer.ts';
import type { Kind, OneOrMore, Opened, Recomputed, Signature } from './kind.ts';
import { openAttestation, type Sources } from './open-attestation.ts';
import { VERDICT_EXIT_CODES, verdictOf, type Verdict } from './verdict.ts';

export interface VerifyOptions {
  readonly trust: Trust;
  /** Who may sign; undefined if the caller did not say, and then the verdict is never `verified`. */
  readonly policy: Policy | undefined;
  /** What time it is: needed by a policy that limits the age (`maximumAgeDays`), and by nothing else. */
  readonly now?: Date | undefined;
  /** Judge what nobody signed as if its signer were pinned. By default false. */
  readonly allowUnsigned?: boolean | undefined;
  /** Who verifies, as the report names it. By default this library. */
  readonly tool?: Tool | undefined;
}

/** A policy, and the entry of it that allows the signer; undefined if none does. */
export interface PolicyUse {
  readonly file: Policy['file'];
  readonly entry: PolicySigner | undefined;
}

/** What a verification found, for every kind. */
export interface Verification<Name extends string> {
  readonly tool: Tool;
  readonly verdict: Verdict;
  /** The exit code of the verdict: 0 only for `verified`. docs/cli.md */
  readonly exitCode: number;
  /** Every check, in order, also those that were not reached. */
  readonly checks: readonly CheckResult<Name>[];
  /** The root that was used. */
  readonly root: TrustedRootInfo;
  /** Of the kind's first attestation; the others must have the same signer. */
  readonly signature: Signature;
  /** The digest of each attestation that was looked at. */
  readonly attestations: readonly Digest[];
  /** Whether the caller said which signer is expected. */
  readonly pinned: boolean;
  /** Undefined if the caller did not say which signer is expected. */
  readonly policy?: PolicyUse | undefined;
  /** What time the caller said it is. */
  readonly now?: Date | undefined;
  /** Safety that the caller gave up, by flag, e.g. `--allow-unsigned`: for any of the attestations. */
  readonly weakened: readonly string[];
  /** Why only our own judge judged all of any attestation; undefined if the second one judged all of it too. */
  readonly oneJudge?: string | undefined;
  readonly findings: readonly Finding[];
}

/**
 * The one line: entries → proof → signer → statement → inventory → recompute → verdict, in one pass
 * over the entries. Reads no file, clock or network: everything that decides the verdict is an
 * argument. Whatever is wrong with the input is in the result; only a bug is thrown.
 *
 * @param outside the attestations that are not in the archive, by the kind's names for them
 */
export async function verify<Name extends string, Statement, Found extends object>(
  kind: Kind<Name, Statement, Found>,
  entries: AsyncIterable<Entry>,
  options: VerifyOptions,
  outside: Sources['outside'] = new Map<string, Uint8Array>(),
): Promise<Verification<Name> & Found> {
  requireKnown(kind, outside);
  const { checks, layout } = kind;
  const log = new CheckLog(checks);
  const files = await log.requireAsync(checks[0], async () =>
    admitted(await collectFiles(entries, layout), layout),
  );
  return judge(kind, log, files && { files, outside }, options);
}

/** The same line for files that are in memory already. */
export function verifyFiles<Name extends string, Statement, Found extends object>(
  kind: Kind<Name, Statement, Found>,
  files: readonly ReceivedFile[],
  options: VerifyOptions,
): Verification<Name> & Found {
  const { checks, layout } = kind;
  const log = new CheckLog(checks);
  const safe = log.require(checks[0], () => admitted(admitFiles(files, layout), layout));
  const sources = safe && { files: safe, outside: new Map<string, Uint8Array>() };
  return judge(kind, log, sources, options);
}

function judge<Name extends string, Statement, Found extends object>(
  kind: Kind<Name, Statement, Found>,
  log: CheckLog<Name>,
  sources: Sources | undefined,
  options: VerifyOptions,
): Verification<Name> & Found {
  const { policy, now } = options;
  const opened = sources && openAll(log, kind, sources, options.trust);
  const { found, findings, weakened } = recomputed(log, kind, sources?.files, opened);
  const limit: SignerRule['limit'] = (entry) => kind.limitOf?.(found, entry, now);
  const isUnread = kind.limitOf !== undefined && !isRead(opened);
  const rule = { policy, now, name: kind.nameOf(found), limit, isUnread };
  const signer = opened && checkSigners(log, kind, opened, rule);
  const checks = log.results();
  const waived = waivedOf(kind, checks, options);
  const verdict = verdictOf(checks, new Set(waived));
  return {
    ...found,
    tool: options.tool ?? AFFIDAVIT,
    verdict,
    exitCode: VERDICT_EXIT_CODES[verdict],
    checks,
    root: options.trust.root,
    signature: signatureOf(opened),
    attestations: digestsOf(opened),
    pinned: policy !== undefined,
    policy: policy && { file: policy.file, entry: signer?.entry },
    now,
    ...givenUp({ trust: options.trust, kind: weakened }, waived, opened),
    findings: [...(signer?.findings ?? []), ...findings],
  };
}

function recomputed<Name extends string, Statement, Found extends object>(
  log: CheckLog<Name>,
  kind: Kind<Name, Statement, Found>,
  files: ReceivedFiles | undefined,
  opened: OneOrMore<Opened<Statement | undefined>> | undefined,
): Recomputed<Found> {
  return files !== undefined && isRead(opened)
    ? kind.recompute(log, { files, opened })
    : { found: kind.nothingFound(files), findings: [] };
}

function signatureOf(opened: OneOrMore<Opened<unknown>> | undefined): Signature {
  return opened?.[0].signature ?? { state: 'not-verified' };
}

function digestsOf(opened: readonly Opened<unknown>[] = []): readonly Digest[] {
  return opened.flatMap(({ digest }) => digest ?? []);
}

/** Of any attestation, each thing once. */
function givenUp(
  { trust, kind = [] }: { readonly trust: Trust; readonly kind: readonly string[] | undefined },
  waived: readonly string[],
  opened: readonly Opened<unknown>[] = [],
): Pick<Verification<string>, 'weakened' | 'oneJudge'> {
  const proofs = opened.flatMap(({ signature }) =>
    signature.state === 'verified' ? [signature.proof] : [],
  );
  const unsigned = waived.length === 0 ? [] : ['--allow-unsigned'];
  const ofProofs = proofs.flatMap((proof) => proof.weakened);
  const weakened = [...trust.weakened, ...unsigned, ...ofProofs, ...kind];
  const reasons = proofs.flatMap(({ oneJudge }) => oneJudge ?? []);
  return {
    weakened: [...new Set(weakened)],
    oneJudge: reasons.length === 0 ? undefined : [...new Set(reasons)].join('; '),
  };
}

/** An attestation that the kind does not ask for would look verified. */
function requireKnown<Name extends string, Statement, Found extends object>(
  { attestations }: Kind<Name, Statement, Found>,
  outside: Sources['outside'],
): void {
  const known = new Set(
    attestations.filter(({ from }) => from === 'outside').map(({ file }) => file.name),
  );
  const unknown = [...outside.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) throw new TypeError(`the kind has no attestation ${unknown} outside`);
}

function admitted(files: ReceivedFiles, layout: Layout): Outcome<ReceivedFiles> {
  requireComplete(files, layout);
  const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  const [found, expected] =
    layout.maxEntries === 0
      ? ['no other file', layout.pathRule]
      : [
          `${files.size} files, ${bytes} bytes`,
          'regular files with safe, unique names within the limits',
        ];
  return { value: files, found, expected, faults: [] };
}

function openAll<Name extends string, Statement, Found extends object>(
  log: CheckLog<Name>,
  { attestations: [first, ...others] }: Kind<Name, Statement, Found>,
  sources: Sources,
  trust: Trust,
): OneOrMore<Opened<Statement | undefined>> {
  const open = (slot: typeof first): Opened<Statement | undefined> =>
    openAttestation(log, slot, sources, trust);
  return [open(first), ...others.map(open)];
}

/**
 * The caller's policy is for the first. Whoever signed that must have signed the others, by the same entry.
 * It is judged last: a policy may ask what was signed.
 */
function checkSigners<Name extends string, Statement, Found extends object>(
  log: CheckLog<Name>,
  { attestations: [first, ...others] }: Kind<Name, Statement, Found>,
  [opened, ...rest]: OneOrMore<Opened<unknown>>,
  rule: SignerRule,
): SignerJudgement | undefined {
  const { signature } = opened;
  const judgement = checkSigner(log, first, signature, rule);
  const same = { sameAs: signature, allowedBy: judgement?.entry, rule };
  for (const [index, slot] of others.entries()) {
    const other = rest[index]?.signature ?? { state: 'not-verified' };
    checkSameSigner(log, slot, other, same);
  }
  return judgement;
}

function isRead<Statement>(
  opened: OneOrMore<Opened<Statement | undefined>> | undefined,
): opened is OneOrMore<Opened<Statement>> {
  return opened?.every(({ statement }) => statement !== undefined) === true;
}

/**
 * The checks that may be skipped under `--allow-unsigned`: those that only a signature can pass, if nobody signed at all. If one
 * of them was made, somebody signed, and none may be skipped. A statement is always checked.
 */
function waivedOf<Name extends string, Statement, Found extends object>(
  { attestations, signatureChecks }: Kind<Name, Statement, Found>,
  checks: readonly CheckResult<Name>[],
  { allowUnsigned = false }: VerifyOptions,
): readonly Name[] {
  if (!allowUnsigned) return [];
  const statements = new Set(attestations.map((slot) => slot.checks.statement));
  const needed = [
    ...attestations.flatMap(({ checks: { signature, signer } }) => [signature, signer]),
    ...signatureChecks,
  ].filter((name) => !statements.has(name));
  const made = checks.filter(
    ({ name, outcome }) => needed.includes(name) && outcome !== 'not-reached',
  );
  const isUnsigned = made.every(({ faults }) => faults.some(({ code }) => code === 'UNSIGNED'));
  return made.length > 0 && isUnsigned ? needed : [];
}
