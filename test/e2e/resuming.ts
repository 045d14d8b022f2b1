// A signing that services hold up or refuse, so that it can go on later.
import { onTestFinished } from 'vitest';

import type { Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { startRelay, type Relay } from '../io/sigstore/relay.ts';
import { INPUTS, OUT, UNSIGNED, Workplace } from './emit.ts';

export const SIGNED = 'signed.tar.gz';
export const STATE = `${SIGNED}.signing.json`;
const SIGN = ['evidence', 'sign', OUT, '--emit-evidence', SIGNED, '--format', 'json'];

/** What a service does: it answers, says that it is down, or never says anything. */
type State = 'up' | 'down' | 'silent';

export interface Setting {
  readonly place: Workplace;
  /** Signs what is packed. */
  readonly words: readonly string[];
  /** Packs and signs. */
  readonly emit: readonly string[];
  readonly relay: Relay;
  readonly log: { state: State };
  readonly authority: { state: State };
}

/** Unsigned evidence, and the sandbox behind a relay. */
export async function setting(sandbox: Sandbox): Promise<Setting> {
  const log: Setting['log'] = { state: 'up' };
  const authority: Setting['log'] = { state: 'up' };
  const relay = await startRelay(sandbox.url, async (call, real) => {
    const { state } = /\/log\//.test(call.path)
      ? log
      : call.path.endsWith('/signingCert')
        ? authority
        : { state: 'up' };
    if (state === 'up') return await real(call);
    if (state === 'silent') await new Promise(() => undefined);
    return { status: 400, body: '{"message":"not now"}' };
  });
  onTestFinished(relay.close);
  const place = new Workplace();
  place.write('root.json', JSON.stringify(sandbox.trustedRoot));
  const config = JSON.stringify(sandbox.signingConfigs['signing_config.json']);
  place.write('config.json', config.replaceAll(sandbox.url, relay.url));
  await place.run(['validate', ...INPUTS, ...UNSIGNED]);
  const services = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];
  const emit = ['validate', ...INPUTS, '--emit-evidence', SIGNED, ...services];
  return { place, relay, log, authority, words: [...SIGN, ...services], emit };
}

export function callsOf({ heard }: Relay): readonly string[] {
  return heard.map((call) => call.replace(/^.*\/(\w+)$/, '$1'));
}
