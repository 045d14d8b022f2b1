// What an archive, an attestation, and what the caller judges and signs with can have many of.
import { generateKeyPairSync } from 'node:crypto';

import { collectFiles } from '../../src/archive/collect.ts';
import { gunzip, gzip } from '../../src/archive/gzip.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { orIfRefused } from '../../src/errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import { parseResults } from '../../src/evidence/phase/ctrf.ts';
import { judgeSigner } from '../../src/policy/judge-signer.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { chooseServices, parseSigningConfig } from '../../src/sign/signing-config.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { bytesOf, pax, pieces, tar, type Part } from '../archive/tar-parts.ts';
import { ISSUER, JUDGED, SIGNER, proofOf } from '../policy/proofs.ts';
import { Forge, SIGNED_AT, type BundleJson, type RootJson } from '../trust/forge.ts';
import { listOf, mapOf, type Kind, type Kinds } from './work.ts';

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Whether it is refused or not: the work is done. */
function parsing(parse: () => unknown): () => unknown {
  return () => orIfRefused(parse, () => undefined);
}

function archive(parts: (count: number) => readonly Part[]): Kind {
  return async (count) => {
    const bytes = await bytesOf(gzip(pieces(tar(...parts(count)))));
    return async () => await collectFiles(readTar(gunzip(pieces(bytes))), EVIDENCE_LAYOUT);
  };
}

const ARCHIVE_KINDS: Kinds = {
  'files of an archive': archive((count) => listOf(count, (i) => ({ name: `logs/${i}` }))),
  'directories of an archive': archive((count) =>
    listOf(count, (i) => ({ name: `d${i}/`, typeFlag: '5' })),
  ),
  'pax headers': archive((count) =>
    listOf(count, (i) => [pax([['mtime', '1']]), { name: `logs/${i}` }]).flat(),
  ),
  'records of a pax header': archive((count) => [
    pax(listOf(count / 2, () => ['comment', 'x'] as const)),
    { name: 'a' },
  ]),
  'bytes of a file': archive((count) => [{ name: 'logs/a', content: 'x'.repeat(20 * count) }]),
};

const forge = new Forge();

/** A signature that is verified under a trusted root; something of either is many. */
function signature(change: (bundle: BundleJson, root: RootJson, count: number) => void): Kind {
  const honest = forge.sign({ timestamp: true });
  return (count) => {
    const bundle = structuredClone(honest);
    const root = structuredClone(forge.root);
    change(bundle, root, count);
    return parsing(() => {
      const file = { name: 'a', maxBytes: Number.MAX_SAFE_INTEGER };
      return sigstoreTrust(json(root), 'root').verify(json(bundle), file);
    });
  };
}

function fill<T>(list: T[], count: number, item: (index: number) => T): void {
  list.push(...listOf(count, item));
}

function spki(): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

const OTHER_KEY = spki();

const TRUST_KINDS: Kinds = {
  'characters of a payload': signature((bundle, _, count) => {
    bundle.dsseEnvelope.payload = Buffer.alloc(3 * count).toString('base64');
  }),
  'fields of an attestation': signature((bundle, _, count) => {
    Object.assign(
      bundle,
      mapOf(count, () => 1),
    );
  }),
  'log entries': signature(({ verificationMaterial: { tlogEntries } }, _, count) => {
    fill(tlogEntries, Math.ceil(count / 100), () =>
      structuredClone(tlogEntries[0] as (typeof tlogEntries)[0]),
    );
  }),
  'lines of a checkpoint': signature(({ verificationMaterial: { tlogEntries } }, _, count) => {
    for (const { inclusionProof } of tlogEntries) {
      const [line = ''] = inclusionProof.checkpoint.envelope.split('\n').slice(-2);
      inclusionProof.checkpoint.envelope += `${line}\n`.repeat(count);
    }
  }),
  'logs of a trusted root': signature((_, { tlogs }, count) => {
    const [log] = structuredClone(tlogs);
    if (log === undefined) throw new Error('no log');
    const publicKey = { ...log.publicKey, rawBytes: OTHER_KEY, keyDetails: 'PKIX_ED25519' };
    fill(tlogs, count, (index) => {
      const keyId = Buffer.from(`log ${index}`).toString('base64');
      return { ...log, publicKey, logId: { keyId } };
    });
  }),
  'authorities of a trusted root': signature((_, { certificateAuthorities: all }, count) => {
    fill(all, count / 10, () => structuredClone(all[0] as (typeof all)[0]));
  }),
  'timestamp authorities of a trusted root': signature(
    (_, { timestampAuthorities: all }, count) => {
      fill(all, count / 10, () => structuredClone(all[0] as (typeof all)[0]));
    },
  ),
};

const service = (operator: string) => ({
  url: 'https://a.test',
  majorApiVersion: 1,
  validFor: { start: '2024-01-01T00:00:00Z' },
  operator,
});

function config(services: (count: number) => readonly object[]): Kind {
  return (count) => {
    const bytes = json({
      mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
      caUrls: [service('a')],
      rekorTlogUrls: services(count),
      rekorTlogConfig: { selector: 'ALL' },
    });
    return () => chooseServices(parseSigningConfig(bytes, 'config.json'), SIGNED_AT);
  };
}

/** A policy that is read, and asked for somebody. */
function policyKind(signers: (count: number) => readonly object[]): Kind {
  return (count) => {
    const bytes = json({ schemaVersion: '1.1.0', signers: signers(count) });
    return () => judgeSigner(parsePolicy(bytes, 'policy.json'), proofOf(SIGNER), JUDGED);
  };
}

const CONFIG_KINDS: Kinds = {
  'signers of a policy': (count) => {
    const signers = listOf(count, (i) => ({ identity: `a${i}`, issuer: 'b' }));
    const bytes = json({ schemaVersion: '1.0.0', signers });
    return () => {
      const policy = parsePolicy(bytes, 'policy.json');
      return judgeSigner(policy, proofOf(SIGNER), JUDGED);
    };
  },
  'templates of a policy': policyKind((count) =>
    listOf(count, (i) => ({ template: `https://h/o/${i}/{a}-{b}.yml@{c...}`, issuer: ISSUER })),
  ),
  'characters of a template': policyKind((count) => {
    const template = `https://h/o/${'{x}'.replace('x', 'x'.repeat(count))}${'a.'.repeat(count)}`;
    return [{ template, issuer: ISSUER }];
  }),
  'placeholders of a template': policyKind((count) => {
    const placeholders = listOf(count, (i) => `{p${i}}.`).join('');
    return [{ template: `https://h/o/${placeholders}`, issuer: ISSUER }];
  }),
  'recipes of a signer': policyKind((count) => [
    { identity: SIGNER.subject, issuer: ISSUER, recipes: listOf(count, (i) => `r${i}`) },
  ]),
  'entries of an allowlist': (count) => {
    const entries = listOf(count, (i) => {
      const pattern = `^https://h/o/${i}@[^/]+-.+$`;
      return `  - {issuer: ${ISSUER}, label: l${i}, identityPattern: '${pattern}'}\n`;
    });
    const bytes = Buffer.from(`schemaVersion: 1.0.0\npartner:\n${entries.join('')}`);
    return () => judgeSigner(parsePolicy(bytes, 'allowlist.yaml'), proofOf(SIGNER), JUDGED);
  },
  'fields of a policy': (count) => {
    const bytes = json({ schemaVersion: '1.0.0', signers: [], ...mapOf(count, () => 1) });
    return parsing(() => parsePolicy(bytes, 'policy.json'));
  },
  'operators of a signing config': config((count) => listOf(count, (i) => service(`o${i}`))),
  'services of one operator': config((count) => listOf(count, () => service('a'))),
  'files beside the results': (count) => {
    const inputs = listOf(count, (i) => ({ name: `r/${i}.json`, bytes: json({}), folder: 'r' }));
    return parsing(() => parseResults(inputs));
  },
};

export const OTHER_KINDS: Kinds = { ...ARCHIVE_KINDS, ...TRUST_KINDS, ...CONFIG_KINDS };
