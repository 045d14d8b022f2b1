// Evidence in real registries: what our program pushes, the clients of others read, and the reverse.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { digestOf } from '../../src/digest.ts';
import { emitUnsigned, verifyEvidence, type Place } from './commands.ts';
import { run, type Ended } from './processes.ts';
import { goProgram } from './programs.ts';
import {
  PASSWORD,
  USER,
  slowed,
  withRegistries,
  type LocalRegistry,
  type Registries,
} from './registries.ts';
import { crane, evidence, judge, loggedIn, publish, type Site } from './registry-clients.ts';
import {
  proveCosign,
  proveCrane,
  proveRegctl,
  proveTheirAttestation,
  proveUnpacked,
  type Published,
} from './registry-others.ts';
import { Rows } from './registry-rows.ts';
import type { Report, Table } from './report.ts';

export async function proveRegistries(report: Report, place: Place): Promise<Table> {
  const archive = join(place.directory, 'unsigned.tar.gz');
  await emitUnsigned(archive);
  const rows = new Rows(report);
  return await withRegistries(join(place.directory, 'registries'), async (registries) => {
    const all = Object.values(registries);
    const environment = loggedIn(place.directory, all, PASSWORD);
    const siteOf = (registry: LocalRegistry, folder: string): Site => {
      const directory = join(place.directory, folder);
      mkdirSync(directory);
      return { place: { ...place, directory }, registry, environment };
    };
    for (const [folder, registry] of Object.entries(registries)) {
      const published = await provePublish(rows, siteOf(registry, folder), archive);
      await proveMirror(published, partnerOf(registries, registry));
      await proveUnpacked(published);
      await proveRegctl(published);
      await proveCrane(published);
      await proveCosign(published);
      await proveTheirAttestation(published);
      if (registry.hasLogin) await proveWrongPassword(published);
      else await proveManyAtOnce(published);
    }
    return rows.table(all);
  });
}

/** Another one, of the other program. */
function partnerOf({ plain, listing }: Registries, registry: LocalRegistry): LocalRegistry {
  return registry === listing ? plain : listing;
}

async function provePublish(rows: Rows, site: Site, archive: string): Promise<Published> {
  const { registry, place, environment } = site;
  const name = `${registry.host}/evidence`;
  const pointer = join(place.directory, 'pointer.yaml');
  const published = await publish(site, [archive, `oci://${name}:v1`, '--pointer', pointer]);
  const digest = /@(sha256:[0-9a-f]{64})$/m.exec(published.output)?.[1] ?? '';
  const reference = `${name}@${digest}`;
  rows.ended(registry, '`evidence publish` signs and pushes', published);
  const tag = `${name}:${digest.replace(':', '-')}`;
  const list = await run(goProgram('crane'), ['digest', tag], environment);
  rows.say(registry, 'who lists what is attached', list.status === 0 ? 'the tag' : 'its API');
  const judged = await judge(site, `oci://${reference}`);
  rows.ended(registry, '`verify-evidence oci://…` accepts', judged);
  const fetched = join(place.directory, 'fetched.tar.gz');
  const fetch = await evidence(site, ['evidence', 'fetch', `oci://${reference}`, '-o', fetched]);
  rows.ended(registry, '`evidence fetch` fetches', fetch);
  const again = await verifyEvidence(place, fetched);
  rows.ended(registry, '`verify-evidence` accepts what was fetched', again);
  const { attestation = '' } = judged.source;
  return { site, rows, archive, name, digest, reference, pointer, attestation };
}

/** To another registry and back: each digest stays. */
async function proveMirror(published: Published, partner: LocalRegistry): Promise<void> {
  const { site, rows, reference, name, pointer, digest, attestation } = published;
  const { registry, place } = site;
  const copy = `${partner.host}/copy-${registry.host.split(':')[1]}`;
  const back = `${name}-again`;
  const layout = join(place.directory, 'layout');
  const mirror = async (...words: readonly string[]): Promise<Ended> =>
    await evidence(site, ['evidence', 'mirror', ...words]);
  const there = await mirror(`oci://${reference}`, `oci://${copy}:v1`, layout);
  rows.ended(registry, '`evidence mirror` to another program, and to a layout', there);
  const again = await mirror(`oci://${copy}@${digest}`, `oci://${back}:v1`);
  rows.ended(registry, '`evidence mirror` back from it', again);
  const same: string[] = [];
  for (const repository of [name, copy, back]) {
    same.push((await crane(site, `digest ${repository}:v1`)).toString().trim());
    for (const manifest of [digest, attestation]) {
      const found = digestOf(await crane(site, `manifest ${repository}@${manifest}`));
      same.push(found === manifest ? digest : found);
    }
  }
  const isSame = same.every((found) => found === digest);
  rows.assert(registry, 'all digests are equal', isSame, same.join('\n'));
  const words = ['evidence', 'status', pointer, '--location', copy, '--location', back];
  rows.ended(registry, '`evidence status` of all three is 0', await evidence(site, words));
}

const WRONG = 'not-the-password';

async function proveWrongPassword({ site, rows, archive, name }: Published): Promise<void> {
  const { registry, place } = site;
  const environment = loggedIn(join(place.directory, 'wrong'), [registry], WRONG);
  const ended = await publish({ ...site, environment }, [archive, `oci://${name}-wrong`]);
  const secrets = [WRONG, Buffer.from(`${USER}:${WRONG}`).toString('base64')];
  const isSecret = !secrets.some((secret) => ended.output.includes(secret));
  const holds = ended.status === 3 && ended.output.includes('docker login') && isSecret;
  rows.assert(registry, 'a wrong password is exit code 3, and in no output', holds, ended.output);
}

const RUNS = 3;
const PUBLISHERS = 6;

/** The issue of those who keep one list: who writes last drops what came between. */
async function proveManyAtOnce({ site, rows, archive, digest }: Published): Promise<void> {
  const { registry, place } = site;
  const archives = Array.from({ length: PUBLISHERS }, (_, index) => {
    const path = join(place.directory, `unsigned-${index}.tar.gz`);
    copyFileSync(archive, path);
    return path;
  });
  const found: string[] = [];
  await slowed(registry, async (slow) => {
    for (let count = 0; count < RUNS; count += 1) {
      const target = `oci://${slow.host}/at-once-${count}`;
      const ended = await Promise.all(
        archives.map(async (path) => await publish(site, [path, `${target}:v1`])),
      );
      const published = ended.filter(({ status }) => status === 0).length;
      const { source } = await judge(site, `${target}@${digest}`);
      const listed = source.referrers.filter(({ fate }) => fate === 'good' || fate === 'reported');
      found.push(`${published} published, ${listed.length} listed`);
    }
  });
  const holds = found.every((text) => text === `${PUBLISHERS} published, ${PUBLISHERS} listed`);
  const what = `${PUBLISHERS} who publish at once are listed, all of them (${RUNS} times)`;
  rows.assert(registry, what, holds, found.join('\n'));
}
