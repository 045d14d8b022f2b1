import { SigningConfig, TrustedRoot } from '@sigstore/protobuf-specs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_ORGANIZATION } from '../../src/media-types.ts';
import { get } from './ask.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

describe('what clients of the sandbox are told to trust', () => {
  it('names the sandbox as every authority', () => {
    const root = TrustedRoot.fromJSON(sandbox.trustedRoot);
    const authorities = [...root.certificateAuthorities, ...root.timestampAuthorities];
    expect(authorities.map(({ subject }) => subject)).toEqual([
      { organization: SANDBOX_ORGANIZATION, commonName: 'root' },
      { organization: SANDBOX_ORGANIZATION, commonName: 'timestamp root' },
    ]);
  });

  it('was valid well before now, since signed times are cut to whole seconds', () => {
    const root = TrustedRoot.fromJSON(sandbox.trustedRoot);
    const starts = [
      ...[...root.certificateAuthorities, ...root.timestampAuthorities].map(
        ({ validFor }) => validFor?.start,
      ),
      ...[...root.tlogs, ...root.ctlogs].map(({ publicKey }) => publicKey?.validFor?.start),
    ];
    expect(starts).toHaveLength(5);
    for (const start of starts) expect(start?.getTime()).toBeLessThan(Date.now() - 60_000);
  });

  it('is served beside the services', async () => {
    const { body } = await get(`${sandbox.url}/trusted_root.json`);
    expect(body).toEqual(sandbox.trustedRoot);
  });

  it.each([
    ['signing_config.json', 1, 1],
    ['signing_config.v1.json', 1, 0],
    ['signing_config.v1-tsa.json', 1, 1],
    ['signing_config.v2-tsa.json', 2, 1],
  ] as const)('is %s with Rekor v%i and %i timestamp authorities', async (name, version, count) => {
    const config = SigningConfig.fromJSON(sandbox.signingConfigs[name]);
    expect(config.rekorTlogUrls.map(({ majorApiVersion }) => majorApiVersion)).toEqual([version]);
    expect(config.tsaUrls).toHaveLength(count);
    expect((await get(`${sandbox.url}/${name}`)).body).toEqual(sandbox.signingConfigs[name]);
  });
});
