// What the programs of others make of what our program published, and what ours makes of theirs.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { digestOf } from '../../src/digest.ts';
import { mustRun, run, type Ended } from './processes.ts';
import { goProgram } from './programs.ts';
import { attest, crane, judge, regctl, verifyAttestation, type Site } from './registry-clients.ts';
import type { Rows } from './registry-rows.ts';

/** What is published, and what became of it. */
export interface Published {
  readonly site: Site;
  readonly rows: Rows;
  /** Not signed. */
  readonly archive: string;
  /** HOST/REPOSITORY */
  readonly name: string;
  readonly digest: string;
  /** HOST/REPOSITORY@sha256:HEX */
  readonly reference: string;
  readonly pointer: string;
  readonly attestation: string;
}

/** The bundle, unpacked by each. */
export async function proveUnpacked(published: Published): Promise<void> {
  const { site, rows, archive, name, digest, reference } = published;
  const { registry, place } = site;
  const directory = (folder: string): string => {
    const path = join(place.directory, folder);
    mkdirSync(path);
    return path;
  };
  const ours = directory('ours');
  await mustRun('tar', ['-xzf', archive, '-C', ours]);
  const assertSame = async (what: string, folder: string, ended: Ended): Promise<void> => {
    const { status, output } = await run('diff', ['-r', ours, join(place.directory, folder)]);
    rows.assert(registry, what, ended.status === 0 && status === 0, ended.output + output);
  };
  const get = ['artifact', 'get', reference, '--output', directory('by-regctl')];
  await assertSame('`regctl artifact get` unpacks it', 'by-regctl', await regctl(site, get));
  if (registry.hasLogin) return;
  const pull = [name, digest, directory('by-oras')];
  await assertSame('oras-go unpacks it', 'by-oras', await run(goProgram('oras-go'), pull));
}

export async function proveRegctl(published: Published): Promise<void> {
  const { site, rows, reference, attestation } = published;
  const { registry, place } = site;
  const tree = await regctl(site, ['artifact', 'tree', reference]);
  const isListed = tree.status === 0 && tree.output.includes(attestation);
  rows.assert(registry, '`regctl artifact tree` lists ours', isListed, tree.output);
  const layout = join(place.directory, 'regctl-layout');
  const copy = ['image', 'copy', '--referrers', reference, `ocidir://${layout}`];
  const what = 'a layout of `regctl image copy --referrers` verifies';
  await assertLayout(published, what, layout, await regctl(site, copy));
}

/** Somebody made it: it verifies, with our attestation. */
async function assertLayout(
  { site, rows, attestation }: Published,
  what: string,
  layout: string,
  made: Ended,
): Promise<void> {
  const { status, output, source } = await judge(site, layout);
  const holds = made.status === 0 && status === 0 && source.attestation === attestation;
  rows.assert(site.registry, what, holds, made.output + output);
}

export async function proveCrane(published: Published): Promise<void> {
  const { site, rows, name, reference, digest, archive } = published;
  const tagged = (await crane(site, `digest ${name}:v1`)).toString().trim();
  const manifest = await crane(site, `manifest ${reference}`);
  const bytes = readFileSync(archive);
  const layer = await crane(site, `blob ${name}@${digestOf(bytes)}`);
  const holds = tagged === digest && digestOf(manifest) === digest && layer.equals(bytes);
  const what = '`crane digest`, `manifest` and `blob` give the same';
  rows.assert(site.registry, what, holds, `${tagged}\n${manifest.toString()}`);
}

export async function proveCosign(published: Published): Promise<void> {
  const { site, rows, reference } = published;
  const { registry, place, environment } = site;
  const type = '`cosign verify-attestation`';
  rows.ended(registry, `${type} accepts`, await verifyAttestation(site, [reference]));
  const other = { ...place.sigstore, identity: `x${place.sigstore.identity}` };
  const refused = await verifyAttestation(site, [reference], other);
  const isRefused = refused.status !== 0 && refused.output.includes(other.identity);
  rows.assert(registry, `${type} refuses another signer`, isRefused, refused.output);
  const local = ['--local-image', join(place.directory, 'layout')];
  rows.ended(registry, `${type} accepts our layout`, await verifyAttestation(site, local));
  const layout = join(place.directory, 'cosign-layout');
  const saved = await run(goProgram('cosign'), ['save', '--dir', layout, reference], environment);
  await assertLayout(published, 'a layout of `cosign save` verifies', layout, saved);
}

/** What cosign attests is of another Statement, which is no evidence: it is listed, and changes nothing. */
export async function proveTheirAttestation(published: Published): Promise<void> {
  const { site, rows, reference, attestation } = published;
  const { registry } = site;
  const attested = await attest(site, reference);
  const { status, output, source } = await judge(site, `oci://${reference}`);
  const fates = source.referrers.map(({ digest, fate }) =>
    digest === attestation ? `ours ${fate}` : fate,
  );
  const isHarmless = status === 0 && fates.toSorted().join(', ') === 'ours reported, refused';
  rows.assert(
    registry,
    'what `cosign attest` adds is listed as refused, and ours is reported on',
    attested.status === 0 && isHarmless,
    [attested.output, ...fates, output].join('\n'),
  );
  const after = await verifyAttestation(site, [reference]);
  rows.ended(registry, '`cosign verify-attestation` still accepts', after);
}
