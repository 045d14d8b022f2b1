import { say } from '../../io/disk/talk.ts';
import { exitCodeOfSignal, runCommand, stopSignal } from '../../io/process/child-process.ts';
import {
  makeSandboxDirectory,
  requireNoInputs,
  stageSandboxFiles,
} from '../../io/sandbox/sandbox-files.ts';
import { startSandbox } from '../../io/sandbox/sandbox-server.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { SANDBOX_IDENTITY } from '../../sandbox/oidc.ts';
import { commandLine } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';

export async function runSandbox({ options, after }: Call): Promise<number> {
  const command = requireWords(after);
  const wanted = options.text('dir');
  if (wanted !== undefined) requireNoInputs(wanted, command ?? []);
  const sandbox = await startSandbox({ port: options.number('port') });
  try {
    const directory = wanted ?? (await makeSandboxDirectory());
    const files = stageSandboxFiles(directory, sandbox).keep();
    // The variables that `affidavit validate` reads. The paths are absolute, because the command may run
    // in another directory.
    const environment = {
      SIGSTORE_ID_TOKEN: sandbox.token(),
      AFFIDAVIT_SIGNING_CONFIG: files.signingConfig,
      AFFIDAVIT_TRUSTED_ROOT: files.trustedRoot,
    };
    if (command === undefined) {
      const stopped = stopSignal();
      process.stdout.write(`${renderExports(environment, files.trustedRoot, sandbox)}\n`);
      return exitCodeOfSignal(await stopped);
    }
    say(`affidavit: sandbox at ${sandbox.url}, its trusted root in ${files.trustedRoot}\n`);
    return await runCommand(command, environment);
  } finally {
    await sandbox.close();
  }
}

function requireWords(command: readonly string[] | undefined): readonly string[] | undefined {
  if (command?.length !== 0) return command;
  const hint = 'name the command to run, or leave -- out to serve until Ctrl-C';
  const found = 'nothing after --';
  refuse({ code: 'USAGE', at: 'the command after --', hint }, found, 'a command and its arguments');
}

/** Lines to paste into another shell, and what to do there next. */
function renderExports(
  environment: Readonly<Record<string, string>>,
  trustedRoot: string,
  { url, issuer }: { readonly url: string; readonly issuer: string },
): string {
  const exports = Object.entries(environment).map(
    ([name, value]) => `export ${commandLine([`${name}=${value}`])}`,
  );
  const sign = ['validate', '--recipe', 'recipe.yaml', '--snapshot', 'snapshot.yaml'];
  const verify = ['--trusted-root', trustedRoot];
  const signer = ['--certificate-identity', SANDBOX_IDENTITY, '--certificate-oidc-issuer', issuer];
  return [
    `# A whole Sigstore answers at ${escapeInvisible(url)} until Ctrl-C. In another shell:`,
    ...exports,
    '# then sign and verify:',
    `#   ${commandLine(['affidavit', ...sign, '--results', 'results', '--emit-evidence', 'evidence.tar.gz'])}`,
    `#   ${commandLine(['affidavit', 'verify-evidence', 'evidence.tar.gz', ...verify, ...signer])}`,
    '# Nothing signed here verifies under any other trusted root.',
  ].join('\n');
}
