// What the clients of registries are asked, as a user would type it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PREDICATE_TYPE, affidavit, configOf, identityWords, type Place } from './commands.ts';
import { mustRun, run, type Ended } from './processes.ts';
import { goProgram } from './programs.ts';
import { USER, type LocalRegistry } from './registries.ts';

/** Where something is pushed, and by whom. */
export interface Site {
  readonly place: Place;
  readonly registry: LocalRegistry;
  /** With the logins of one who may push. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A home with a file of logins, as `docker login` writes it. */
export function loggedIn(
  home: string,
  registries: readonly LocalRegistry[],
  password: string,
): Site['environment'] {
  const auth = Buffer.from(`${USER}:${password}`).toString('base64');
  const logins = registries
    .filter(({ hasLogin }) => hasLogin)
    .map(({ host }) => {
      return [host, { auth }] as const;
    });
  const docker = join(home, '.docker');
  mkdirSync(docker, { recursive: true });
  writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths: Object.fromEntries(logins) }));
  return { HOME: home, DOCKER_CONFIG: docker };
}

/** Our program, which takes an address of this machine from a registry only if it is named. */
export async function evidence(
  { registry, environment }: Site,
  words: readonly string[],
): Promise<Ended> {
  const named = [registry.host, registry.tokens ?? []].flat().map((host) => `--registry=${host}`);
  return await affidavit([...words, ...named], environment);
}

/** `affidavit evidence publish`, signed by the identity of the place. */
export async function publish(site: Site, words: readonly string[]): Promise<Ended> {
  const { place } = site;
  const { sigstore } = place;
  const trust = ['--signing-config', configOf(place), '--trusted-root', sigstore.root];
  const environment = { ...site.environment, SIGSTORE_ID_TOKEN: sigstore.token() };
  return await evidence({ ...site, environment }, ['evidence', 'publish', ...words, ...trust]);
}

/** What `verify-evidence` says of where it has something from. */
export interface Source {
  readonly attestation?: string;
  readonly referrers: readonly { readonly digest?: string; readonly fate: string }[];
}

export interface Judged extends Ended {
  readonly source: Source;
}

/** `affidavit verify-evidence` of something in a registry, or in a layout. */
export async function judge(site: Site, reference: string): Promise<Judged> {
  const { sigstore, directory } = site.place;
  const file = join(directory, 'report.json');
  rmSync(file, { force: true });
  const ended = await evidence(site, [
    ...['verify-evidence', reference, '--trusted-root', sigstore.root],
    ...[...identityWords(sigstore), '--format', 'json', '--output', file],
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answer of the program under test
  const report = JSON.parse(readFileSync(file, 'utf8')) as { readonly source?: Source };
  return { ...ended, source: report.source ?? { referrers: [] } };
}

/** `regctl`, which has to be told that a registry is without TLS. */
export async function regctl(
  { registry, environment }: Site,
  words: readonly string[],
): Promise<Ended> {
  const host = ['--host', `reg=${registry.host},tls=disabled`];
  return await run(goProgram('regctl'), [...words, ...host], environment);
}

/** What `crane` writes, byte for byte. */
export async function crane({ environment, place }: Site, words: string): Promise<Buffer> {
  const file = join(place.directory, 'crane.out');
  const shell = ['-c', `"$0" ${words} > "$1"`, goProgram('crane'), file];
  await mustRun('sh', shell, environment);
  return readFileSync(file);
}

/** `cosign verify-attestation`, with nothing left out. */
export async function verifyAttestation(
  { place, environment }: Site,
  words: readonly string[],
  sigstore = place.sigstore,
): Promise<Ended> {
  const trust = ['--trusted-root', sigstore.root, ...identityWords(sigstore)];
  return await run(
    goProgram('cosign'),
    ['verify-attestation', '--type', PREDICATE_TYPE, ...trust, ...words],
    environment,
  );
}

/** `cosign attest`, of the same kind as ours, by the same signer. */
export async function attest({ place, environment }: Site, image: string): Promise<Ended> {
  const predicate = join(place.directory, 'predicate.json');
  writeFileSync(predicate, '{"x":1}');
  const { sigstore } = place;
  return await run(
    goProgram('cosign'),
    [
      ...['attest', '--yes', '--predicate', predicate, '--type', PREDICATE_TYPE],
      ...['--signing-config', configOf(place), '--trusted-root', sigstore.root],
      ...['--identity-token', sigstore.token(), image],
    ],
    environment,
  );
}
