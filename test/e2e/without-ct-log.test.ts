// A Sigstore without a certificate log: what it signs needs --allow-missing-sct, here and at the verifier.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { buildCertificateAuthority, issueFrom } from '../../src/sandbox/certificate-authority.ts';
import {
  EMPTY_NAME,
  EXTENDED_KEY_USAGE,
  digitalSignatureExtension,
  extendedKeyUsageExtension,
  pemOf,
} from '../../src/sandbox/certificate.ts';
import { identityExtensions } from '../../src/sandbox/identity-extensions.ts';
import { SANDBOX_IDENTITY } from '../../src/sandbox/oidc.ts';
import { startRelay, type Behaviour, type Relay } from '../io/sigstore/relay.ts';
import { INPUTS, OUT, UNSIGNED, Workplace, json } from './emit.ts';

const FLAG = '--allow-missing-sct';
const SIGNED = 'signed.tar.gz';
const SERVICES = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];
const MINUTE = 60_000;

const started = Date.now();
const lifetime = {
  notBefore: new Date(started - 60 * MINUTE),
  notAfter: new Date(started + 60 * MINUTE),
};
const keys = (): ReturnType<typeof generateKeyPairSync> & object =>
  generateKeyPairSync('ec', { namedCurve: 'P-384' });
const authority = buildCertificateAuthority(
  { root: keys(), intermediate: keys(), ctLog: keys() },
  lifetime,
);

let sandbox: Sandbox;
let fulcio: Relay;

beforeAll(async () => {
  sandbox = await startSandbox();
  fulcio = await startRelay(sandbox.url, withoutLog);
});

afterAll(async () => {
  fulcio.close();
  await sandbox.close();
});

/** Certifies like the sandbox, which looks at token and key first, but asks no certificate log. */
const withoutLog: Behaviour = async (call, real) => {
  const answer = await real(call);
  const { publicKeyRequest } = JSON.parse(call.body) as {
    readonly publicKeyRequest: { readonly publicKey: { readonly content: string } };
  };
  const publicKey = createPublicKey(publicKeyRequest.publicKey.content);
  const { privateKey } = authority.intermediate.keys;
  const claims = new Map([
    ['iss', sandbox.issuer],
    ['email', SANDBOX_IDENTITY],
  ]);
  const leaf = issueFrom(
    authority.intermediate,
    { publicKey, privateKey },
    {
      subjectName: EMPTY_NAME,
      validity: { notBefore: new Date(), notAfter: new Date(Date.now() + 10 * MINUTE) },
      extensions: [
        digitalSignatureExtension(),
        extendedKeyUsageExtension(EXTENDED_KEY_USAGE.codeSigning, false),
        ...identityExtensions(claims),
      ],
    },
  );
  const certificates = [leaf, authority.intermediate, authority.root].map(({ der }) => pemOf(der));
  const body = JSON.stringify({ signedCertificateDetachedSct: { chain: { certificates } } });
  return answer.status === 200 ? { status: 200, body } : answer;
};

/** Its root lists no certificate log. */
function workplace(): Workplace {
  const place = new Workplace();
  const config = structuredClone(sandbox.signingConfigs['signing_config.json']);
  for (const service of config['caUrls'] as { url: string }[]) service.url = fulcio.url;
  place.write('config.json', JSON.stringify(config));
  const chain = [authority.intermediate, authority.root].map(({ der }) => ({
    rawBytes: der.toString('base64'),
  }));
  const [first] = sandbox.trustedRoot['certificateAuthorities'] as readonly object[];
  const certificateAuthorities = [{ ...first, certChain: { certificates: chain } }];
  const root = { ...sandbox.trustedRoot, certificateAuthorities, ctlogs: [] };
  place.write('root.json', JSON.stringify(root));
  return place;
}

describe.each(['validate --emit-evidence', 'evidence sign'])(
  '%s without a certificate log',
  (name) => {
    async function sign(place: Workplace, more: readonly string[] = []) {
      const common = ['--emit-evidence', SIGNED, ...SERVICES, '--format', 'json', ...more];
      const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
      if (name.startsWith('validate')) {
        return await place.run(['validate', ...INPUTS, ...common], { env });
      }
      expect((await place.run(['validate', ...INPUTS, ...UNSIGNED])).code).toBe(0);
      return await place.run(['evidence', 'sign', OUT, ...common], { env });
    }

    it('signs with the flag; it verifies with the flag, weakened, and not without', async () => {
      const place = workplace();
      const run = await sign(place, [FLAG]);
      expect(run.code).toBe(0);
      expect(run.stderr).toMatch(new RegExp(`verify: .* ${FLAG}`));
      const verified = await place.repeat(run);
      expect(verified.code).toBe(0);
      expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: 'verified', weakened: [FLAG] });

      const command = run.stderr.replaceAll(` ${FLAG}`, '');
      const refused = await place.repeat({ ...run, stderr: command });
      expect(refused.code).toBe(2);
      expect(JSON.stringify(json(Buffer.from(refused.stdout)))).toContain(
        '"code":"CERTIFICATE_INVALID"',
      );
    });

    it('signs nothing without the flag, and no log is asked', async () => {
      const place = workplace();
      const run = await sign(place);
      expect(run.code).toBe(3);
      const { error } = JSON.parse(run.stdout) as { error: Record<string, string> };
      expect(error).toMatchObject({ code: 'SELF_CHECK_FAILED', at: fulcio.url });
      expect(error['found']).toContain('CERTIFICATE_INVALID: no certificate timestamp (SCT)');
      expect(error['hint']).toContain('no log was asked for an entry');
      expect(place.list()).not.toContain(SIGNED);
    });
  },
);
