import { Socket as DatagramSocket } from 'node:dgram';
import { Socket } from 'node:net';

import { EvidenceError } from '../../errors/evidence-error.ts';

/** From now on this process opens no connection: whatever tries gets an error. */
export function blockNetwork(): void {
  Socket.prototype.connect = refuse;
  DatagramSocket.prototype.connect = refuse;
  DatagramSocket.prototype.send = refuse;
}

function refuse(): never {
  throw new EvidenceError('NETWORK_BLOCKED', {
    found: 'an attempt to open a connection',
    expected: 'no network, as --offline asks',
    hint: 'run without --offline if the network may be used',
  });
}
