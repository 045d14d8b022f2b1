import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { withServer } from './local-server.ts';

const MODULES = {
  blockNetwork: new URL('../../../src/io/http/offline.ts', import.meta.url).href,
  exchange: new URL('../../../src/io/http/client.ts', import.meta.url).href,
};

/** What each attempt comes to, in a process of its own: it is blocked for good. */
async function attempts(url: string, block: boolean): Promise<unknown> {
  const { hostname, port } = new URL(url);
  const script = `
    import { createSocket } from 'node:dgram';
    import { get } from 'node:http';
    import { connect } from 'node:net';
    import { connect as connectTls } from 'node:tls';
    import { blockNetwork } from '${MODULES.blockNetwork}';
    import { exchange } from '${MODULES.exchange}';

    if (${block}) blockNetwork();
    const heard = (emitter, ...events) =>
      new Promise((resolve, reject) => {
        for (const event of events) emitter.once(event, () => resolve('open'));
        emitter.once('error', reject);
      });
    // The server speaks no TLS: that the two do not understand each other shows that they met.
    const reached = (error) => {
      if (error.code === 'NETWORK_BLOCKED') throw error;
      return 'open';
    };
    const tries = {
      fetch: async () => (await fetch('${url}')).text(),
      exchange: async () => {
        const request = { url: '${url}', init: {}, timeoutMs: 10000, maxBytes: 100 };
        const { reason, body } = await exchange(request);
        return reason ?? String(body);
      },
      'node:http': () => heard(get('${url}'), 'response'),
      'node:net': () => heard(connect(${port}, '${hostname}'), 'connect'),
      'node:tls': () => heard(connectTls(${port}, '${hostname}'), 'secureConnect').catch(reached),
      'datagram to': async () => createSocket('udp4').send('x', ${port}, '${hostname}') ?? 'open',
      'datagram by': async () => createSocket('udp4').connect(${port}, '${hostname}') ?? 'open',
    };
    const said = {};
    for (const [name, attempt] of Object.entries(tries)) {
      try { said[name] = await attempt(); } catch (error) { said[name] = (error.cause ?? error).code; }
    }
    console.log(JSON.stringify(said));
    process.exit();`;
  const words = ['--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout);
}

describe('blockNetwork', () => {
  it('lets nothing out: the server hears nothing, and whoever calls it gets the code', async () => {
    const heard = await withServer(
      (_, response) => response.end('open'),
      async (url) => {
        const said = await attempts(url, true);
        expect(said).toEqual({
          fetch: 'NETWORK_BLOCKED',
          exchange: expect.stringContaining('no network, as --offline asks'),
          'node:http': 'NETWORK_BLOCKED',
          'node:net': 'NETWORK_BLOCKED',
          'node:tls': 'NETWORK_BLOCKED',
          'datagram to': 'NETWORK_BLOCKED',
          'datagram by': 'NETWORK_BLOCKED',
        });
      },
    );
    expect(heard).toEqual([]);
  });

  it('is what stops them: without it all of them go', async () => {
    const heard = await withServer(
      (_, response) => response.end('open'),
      async (url) => {
        const said = await attempts(url, false);
        expect(Object.values(said as object)).toEqual(Array(7).fill('open'));
      },
    );
    expect(heard).toHaveLength(3);
  });
});
