import { SANDBOX_ORGANIZATION } from '../media-types.ts';
import type { TrustedRootInfo } from './trust.ts';
import type { TrustedRoot } from './trusted-root.ts';
import { subjectLines } from './x509.ts';

/** A root as reports show it. */
export function trustedRootInfo(
  root: TrustedRoot,
  from: Pick<TrustedRootInfo, 'source' | 'digest'>,
): TrustedRootInfo {
  return { ...from, sandbox: isSandbox(root), newest: newestOf(root) };
}

/** The line of Node's `subject` with the organisation. */
const SANDBOX_SUBJECT = `O=${SANDBOX_ORGANIZATION}`;

/** A sandbox signs for anybody, so one sandbox among the authorities marks the whole root. */
export function isSandbox(root: TrustedRoot): boolean {
  return [...root.certificateAuthorities, ...root.timestampAuthorities]
    .flatMap(({ chain }) => chain)
    .some((certificate) => subjectLines(certificate).includes(SANDBOX_SUBJECT));
}

/** The age of a root, from what it holds: the clock of a file says when it was copied. */
function newestOf(root: TrustedRoot): Date | undefined {
  const { logs, certificateLogs, certificateAuthorities, timestampAuthorities } = root;
  const members = [...logs, ...certificateLogs, ...certificateAuthorities, ...timestampAuthorities];
  const starts = members.map(({ validFor }) => validFor.start.getTime());
  return starts.length === 0 ? undefined : new Date(Math.max(...starts));
}
