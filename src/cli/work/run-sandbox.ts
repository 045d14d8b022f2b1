import { EvidenceError } from '../../errors/evidence-error.ts';
import { exitCodeOfSignal, runCommand, stopSignal } from '../../io/process/child-process.ts';
import { makeSandboxDirectory, writeSandboxFiles } from '../../io/sandbox/sandbox-files.ts';
import { startSandbox } from '../../io/sandbox/sandbox-server.ts';
import type { Call } from '../call/command.ts';
import { renderExports, sandboxEnvironment } from './sandbox-environment.ts';

/** Everything that `affidavit sandbox` does. */
export async function runSandbox({ options, after }: Call): Promise<number> {
  const command = requireWords(after);
  const sandbox = await startSandbox({ port: options.number('port') });
  try {
    const directory = options.text('dir') ?? (await makeSandboxDirectory());
    const files = await writeSandboxFiles(directory, sandbox);
    const environment = sandboxEnvironment(files, sandbox.token());
    if (command === undefined) {
      process.stdout.write(`${renderExports(environment, files.trustedRoot, sandbox)}\n`);
      return exitCodeOfSignal(await stopSignal());
    }
    process.stderr.write(
      `affidavit: sandbox at ${sandbox.url}, its trusted root in ${files.trustedRoot}\n`,
    );
    return await runCommand(command, environment);
  } finally {
    await sandbox.close();
  }
}

function requireWords(command: readonly string[] | undefined): readonly string[] | undefined {
  if (command?.length !== 0) return command;
  throw new EvidenceError('USAGE', {
    at: 'the command after --',
    found: 'nothing after --',
    expected: 'a command and its arguments',
    hint: 'name the command to run, or leave -- out to serve until Ctrl-C',
  });
}
