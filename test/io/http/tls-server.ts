// A server with TLS, its own certificate authority, and a proxy that leads to it by CONNECT.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';

import * as der from '../../../src/der/write-der.ts';
import { buildRoot, issueFrom } from '../../../src/sandbox/certificate-authority.ts';
import * as x509 from '../../../src/sandbox/certificate.ts';

const HOUR_MS = 60 * 60 * 1000;
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const DNS_NAME = 2;

/** An authority, and what a server of this host needs. */
export function serverCertificate(host: string): { ca: string; cert: string; key: string } {
  const validity = {
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + HOUR_MS),
  };
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const root = buildRoot('proxy', generateKeyPairSync('ec', { namedCurve: 'P-256' }), validity);
  const name = der.sequence(der.implicit(DNS_NAME, Buffer.from(host, 'ascii')));
  const leaf = issueFrom(root, keys, {
    subjectName: x509.distinguishedName('test', host),
    validity,
    extensions: [
      x509.digitalSignatureExtension(),
      x509.extendedKeyUsageExtension(SERVER_AUTHENTICATION, false),
      x509.extension('2.5.29.17', name),
    ],
  });
  return {
    ca: x509.pemOf(root.der),
    cert: x509.pemOf(leaf.der),
    key: keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

interface Running {
  readonly port: number;
  readonly close: () => void;
}

export async function startTls(
  certificate: { readonly cert: string; readonly key: string },
  answer: RequestListener,
): Promise<Running> {
  return await listen(createTlsServer(certificate, answer));
}

/** @param target the port that every host leads to */
export async function startProxy(
  target: number,
): Promise<
  Running & { readonly asked: readonly string[]; readonly credentials: readonly string[] }
> {
  const asked: string[] = [];
  const credentials: string[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, client) => {
    asked.push(request.url ?? '');
    credentials.push(request.headers['proxy-authorization'] ?? '');
    const upstream = connect(target, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  return { ...(await listen(server)), asked, credentials };
}

/** A proxy that answers each CONNECT in its own way. */
export async function startRudeProxy(reply: string | undefined): Promise<Running> {
  const server = createServer();
  server.on('connect', (_, client) => {
    client.on('error', () => undefined);
    if (reply !== undefined) client.end(reply);
  });
  return await listen(server);
}

async function listen(
  server: Pick<Server, 'listen' | 'address' | 'close' | 'closeAllConnections'>,
): Promise<Running> {
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
}
