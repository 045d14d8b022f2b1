import { Socket as DatagramSocket } from 'node:dgram';
import { Socket } from 'node:net';

import { refusal } from '../../place.ts';

/** From now on this process opens no connection: whatever tries gets an error. */
export function blockNetwork(): void {
  Socket.prototype.connect = refuse;
  DatagramSocket.prototype.connect = refuse;
  DatagramSocket.prototype.send = refuse;
}

function refuse(): never {
  const hint = 'run without --offline if the network may be used';
  const found = 'an attempt to open a connection';
  throw refusal({ code: 'NETWORK_BLOCKED', hint }, found, 'no network, as --offline asks');
}
