// A workflow as its signer: what the real Fulcio writes of its token into the certificate, the sandbox writes
// too, and a policy finds each of it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { TAG, childrenOf, parseDer, type Der } from '../../src/der/read-der.ts';
import { bundleIn, emitCommand, verifyEvidence, type Place } from './commands.ts';
import { mustRun } from './processes.ts';
import type { Report } from './report.ts';

/** The claims of GitHub Actions. */
export const WORKFLOW_CLAIMS = {
  sub: 'repo:acme/recipes:ref:refs/heads/main',
  job_workflow_ref: 'acme/shared/.github/workflows/evidence.yml@refs/heads/main',
  job_workflow_sha: 'a'.repeat(40),
  workflow_ref: 'acme/recipes/.github/workflows/caller.yml@refs/heads/main',
  workflow_sha: 'b'.repeat(40),
  workflow: 'evidence',
  repository: 'acme/recipes',
  repository_id: '101',
  repository_owner: 'acme',
  repository_owner_id: '202',
  repository_visibility: 'public',
  ref: 'refs/heads/main',
  sha: 'c'.repeat(40),
  event_name: 'push',
  runner_environment: 'self-hosted',
  run_id: '303',
  run_attempt: '1',
} as const;

export const WORKFLOW_IDENTITY = `https://github.com/${WORKFLOW_CLAIMS.job_workflow_ref}`;

/** What a policy can ask of the caller, whom the identity of a reusable workflow does not name. */
const CALLER = {
  sourceRepositoryUri: 'https://github.com/acme/recipes',
  sourceRepositoryId: '101',
  sourceRepositoryOwnerId: '202',
  sourceRepositoryRef: 'refs/heads/main',
  buildTrigger: 'push',
  runnerEnvironment: 'self-hosted',
} as const;

/** Evidence that a workflow signs at the real Fulcio, judged by policies about its caller. */
export async function proveWorkflow(report: Report, real: Place, sandbox: Place): Promise<void> {
  const archive = join(real.directory, 'evidence.tar.gz');
  await mustRun(...emitCommand(real, archive));
  const judged = async (claims: Readonly<Record<string, string>>): Promise<number | null> => {
    const policy = join(real.directory, 'policy.json');
    const { identity, issuer } = real.sigstore;
    const signers = [{ identity, issuer, claims }];
    writeFileSync(policy, JSON.stringify({ schemaVersion: '1.1.0', signers }));
    return (await verifyEvidence(real, archive, ['--policy', policy])).status;
  };
  const good = await judged(CALLER);
  report.assert('a workflow: a policy finds its caller', good === 0, `exit code ${good}`);
  for (const [field, value] of Object.entries(CALLER)) {
    const other = await judged({ ...CALLER, [field]: `${value}x` });
    const what = `a workflow: a policy with another ${field} refuses`;
    report.assert(what, other === 2, `exit code ${other}`);
  }
  const ours = join(sandbox.directory, 'evidence.tar.gz');
  await mustRun(...emitCommand(sandbox, ours));
  const theirs = await identityOf(archive, real.directory);
  const same = await identityOf(ours, sandbox.directory);
  const found = `real Fulcio:\n${theirs.join('\n')}\nsandbox:\n${same.join('\n')}`;
  const isSame = theirs.length > 15 && theirs.join('\n') === same.join('\n');
  report.assert("a workflow: the sandbox's certificate says what Fulcio's says", isSame, found);
}

/** The name, and Fulcio's extensions without the issuer, which is another one. */
async function identityOf(archive: string, directory: string): Promise<readonly string[]> {
  const bundle = (await bundleIn(archive, directory)).toString('utf8');
  const rawBytes = /"certificate":\{"rawBytes":"([^"]+)"/.exec(bundle.replaceAll(/\s/g, ''))?.[1];
  const certificate = parseDer(Buffer.from(rawBytes ?? '', 'base64'), PLACE);
  const [signed] = childrenOf(certificate, TAG.sequence);
  const fields = signed === undefined ? [] : childrenOf(signed, TAG.sequence);
  const extensions = fields.flatMap((field) => (field.tag === TAG.context3 ? listed(field) : []));
  return extensions.filter((text) => OF_IDENTITY.test(text) && !OF_ISSUER.test(text)).toSorted();
}

/** Each extension of a certificate in hexadecimal digits. */
function listed(field: Der): readonly string[] {
  const [list] = childrenOf(field, TAG.context3);
  return list === undefined ? [] : childrenOf(list, TAG.sequence).map(hexOf);
}

function hexOf({ contents }: Der): string {
  return contents.toString('hex');
}

const PLACE = { code: 'CERTIFICATE_INVALID', at: 'certificate', hint: 'none' } as const;
/** subjectAltName, and 1.3.6.1.4.1.57264.1. */
const OF_IDENTITY = /^0603551d11|^060a2b0601040183bf3001/;
/** 1.3.6.1.4.1.57264.1.1 and .8 */
const OF_ISSUER = /^060a2b0601040183bf300(?:101|108)/;
