import { Socket as DatagramSocket } from 'node:dgram';
import { Socket } from 'node:net';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { blockNetwork } from '../../../src/io/http/offline.ts';
import { rejection } from '../../document/refusal.ts';
import { repositoryOf } from '../../oci/client.ts';

const BLOCKED = [
  [Socket.prototype, 'connect'],
  [DatagramSocket.prototype, 'connect'],
  [DatagramSocket.prototype, 'send'],
] as const;
const before = BLOCKED.map(([object, name]) => Object.getOwnPropertyDescriptor(object, name) ?? {});

beforeAll(() => {
  blockNetwork();
});

afterAll(() => {
  for (const [index, [object, name]] of BLOCKED.entries()) {
    Object.defineProperty(object, name, before[index] ?? {});
  }
});

it.each(['127.0.0.1:9', 'registry.example'])(
  'with --offline %s is not asked, not even twice',
  async (host) => {
    const repository = repositoryOf({ host });
    const error = await rejection(repository.readManifest({ tag: 'x' }, 1));
    expect(error).toMatchObject({ code: 'NETWORK_BLOCKED', class: 'unjudged' });
    expect(error?.hint).toMatch(/archive or a layout.*--bundle PATH/);
    expect(repository.requests).toBe(1);
  },
);
