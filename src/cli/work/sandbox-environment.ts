import { escapeInvisible } from '../../quote.ts';
import { SANDBOX_IDENTITY } from '../../sandbox/oidc.ts';
import { commandLine } from '../call/shell-words.ts';

/**
 * What `affidavit validate` reads to sign in the sandbox.
 *
 * @param files absolute paths: the command may run in another directory
 */
export function sandboxEnvironment(
  files: { readonly trustedRoot: string; readonly signingConfig: string },
  token: string,
): Readonly<Record<string, string>> {
  return {
    SIGSTORE_ID_TOKEN: token,
    AFFIDAVIT_SIGNING_CONFIG: files.signingConfig,
    AFFIDAVIT_TRUSTED_ROOT: files.trustedRoot,
  };
}

/** Lines to paste into another shell, and what to do there next. */
export function renderExports(
  environment: Readonly<Record<string, string>>,
  trustedRoot: string,
  { url, issuer }: { readonly url: string; readonly issuer: string },
): string {
  const exports = Object.entries(environment).map(
    ([name, value]) => `export ${commandLine([`${name}=${value}`])}`,
  );
  const sign = ['validate', '--recipe', 'recipe.yaml', '--snapshot', 'snapshot.yaml'];
  const evidence = 'evidence.tar.gz';
  const verify = ['--trusted-root', trustedRoot];
  const signer = ['--certificate-identity', SANDBOX_IDENTITY, '--certificate-oidc-issuer', issuer];
  return [
    `# A whole Sigstore answers at ${escapeInvisible(url)} until Ctrl-C. In another shell:`,
    ...exports,
    '# then sign and verify:',
    `#   ${commandLine(['affidavit', ...sign, '--results', 'ctrf/', '--emit-evidence', evidence])}`,
    `#   ${commandLine(['affidavit', 'verify-evidence', evidence, ...verify, ...signer])}`,
    '# Nothing signed here verifies under any other trusted root.',
  ].join('\n');
}
