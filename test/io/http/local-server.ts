import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';

/** A call as a server heard it. */
interface Heard {
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** In milliseconds, to be compared with those of other calls. */
  readonly at: number;
}

/** Answers when the whole request was heard. */
type Answerer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** Runs `use` with the address of a server, and tells what the server was asked. */
export async function withServer(
  answer: Answerer,
  use: (url: string) => Promise<void>,
): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const at = performance.now();
    const { method, headers } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      heard.push({ method, headers, body, at });
      answer(request, response, body);
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => {
      server.close(done);
    });
  }
  return heard;
}

/** Of a server that is no more: nobody listens there. */
export async function deadAddress(): Promise<string> {
  let address = '';
  await withServer(
    () => undefined,
    async (url) => {
      address = await Promise.resolve(url);
    },
  );
  return address;
}
