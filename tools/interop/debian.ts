// Programs of the system: found, or installed from Debian's packages where that is allowed.
import { mustRun, run } from './processes.ts';

/** Debian puts servers where only root looks for programs. */
export const SYSTEM_PATH = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

/** Where Chromium is. */
export async function requireChromium(): Promise<string> {
  return await requireProgram(
    ['chromium', 'chromium-browser', 'google-chrome', 'chrome'],
    'chromium',
  );
}

/** Where the server of MariaDB is. */
export async function requireMariadb(): Promise<string> {
  const name = 'mariadb-server';
  for (const client of ['mariadb', 'mariadb-install-db']) await requireProgram([client], name);
  return await requireProgram(['mariadbd'], name);
}

/** Where the first of these programs is. Throws if there is none, and none can be installed. */
export async function requireProgram(
  names: readonly string[],
  debianPackage: string,
): Promise<string> {
  const found = (await find(names)) ?? (await install(names, debianPackage));
  if (found !== undefined) return found;
  throw new Error(`${names.join(' or ')} is missing: apt-get install ${debianPackage}`);
}

async function find(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const { status, output } = await run('sh', ['-c', `command -v ${name}`], SYSTEM_PATH);
    if (status === 0) return output.trim();
  }
  return undefined;
}

async function install(names: readonly string[], name: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || (await find(['apt-get'])) === undefined) return undefined;
  console.log(`installing ${name} (apt-get)`);
  await mustRun('apt-get', ['update', '-qq']);
  const words = ['install', '-y', '-qq', '--no-install-recommends', name];
  await mustRun('apt-get', words, { DEBIAN_FRONTEND: 'noninteractive' });
  return await find(names);
}
