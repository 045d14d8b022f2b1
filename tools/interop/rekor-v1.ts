// A real Rekor v1: its server, and Trillian's on Debian's MariaDB.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SYSTEM_PATH, requireMariadb } from './debian.ts';
import { answers, fetchText, freePorts, mustRun, run, startService } from './processes.ts';
import type { Service } from './processes.ts';
import { TRILLIAN_MODULE, goProgram } from './programs.ts';
import type { RekorV1Address } from './sigstore.ts';

const DATABASE = 'trillian';

export async function startRekorV1(
  directory: string,
  services: Service[],
): Promise<RekorV1Address> {
  mkdirSync(directory, { recursive: true });
  // Its path must be short: a socket has about 100 characters.
  const sockets = mkdtempSync(join(tmpdir(), 'interop-'));
  services.push({
    name: 'sockets',
    stop: async () => {
      await rm(sockets, { recursive: true, force: true });
    },
  });
  const database = await startMariadb(directory, join(sockets, 's'), services);
  return await startRekor(directory, await startTrillian(directory, database, services), services);
}

/** A database of its own, for anybody on this machine; gives its port. */
async function startMariadb(
  directory: string,
  socket: string,
  services: Service[],
): Promise<number> {
  const data = join(directory, 'mariadb');
  const server = await requireMariadb();
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const words = ['--no-defaults', `--datadir=${data}`, ...user];
  await mustRun('mariadb-install-db', [...words, '--skip-test-db'], SYSTEM_PATH);
  const [port = 0] = await freePorts(1);
  const client = ['--no-defaults', '--protocol=tcp', '-h127.0.0.1', `-P${port}`, '-uroot'];
  services.push(
    await startService({
      name: 'mariadbd',
      program: server,
      words: [
        ...[...words, '--skip-grant-tables', '--bind-address=127.0.0.1', `--port=${port}`],
        ...[`--socket=${socket}`, `--pid-file=${socket}.pid`],
      ],
      log: join(directory, 'mariadb.log'),
      isReady: async () => (await run('mariadb', [...client, '-e', 'SELECT 1'])).status === 0,
    }),
  );
  const module = await mustRun('go', ['mod', 'download', '-json', TRILLIAN_MODULE]);
  const trillian = /"Dir": "([^"]+)"/.exec(module)?.[1] ?? '';
  const schema = join(trillian, 'storage/mysql/schema/storage.sql');
  await mustRun('mariadb', [...client, '-e', `CREATE DATABASE ${DATABASE}`]);
  await mustRun('mariadb', [...client, DATABASE, '-e', `source ${schema}`]);
  return port;
}

/** Trillian's address, and its tree. */
interface Trillian {
  readonly port: number;
  readonly tree: string;
}

async function startTrillian(
  directory: string,
  database: number,
  services: Service[],
): Promise<Trillian> {
  const [port = 0, http, signer, signerHttp] = await freePorts(4);
  const storage = [
    `--mysql_uri=root@tcp(127.0.0.1:${database})/${DATABASE}`,
    ...['--storage_system=mysql', '--quota_system=noop'],
  ];
  const health = `http://127.0.0.1:${http}/healthz`;
  services.push(
    await startService({
      name: 'trillian_log_server',
      program: goProgram('trillian_log_server'),
      words: [
        ...storage,
        ...[`--rpc_endpoint=127.0.0.1:${port}`, `--http_endpoint=127.0.0.1:${http}`],
      ],
      log: join(directory, 'trillian-server.log'),
      isReady: async () => await answers(health),
    }),
    await startService({
      name: 'trillian_log_signer',
      program: goProgram('trillian_log_signer'),
      words: [
        ...[...storage, '--force_master', '--num_sequencers=1', '--sequencer_interval=100ms'],
        ...[`--rpc_endpoint=127.0.0.1:${signer}`, `--http_endpoint=127.0.0.1:${signerHttp}`],
      ],
      log: join(directory, 'trillian-signer.log'),
      isReady: async () => await answers(`http://127.0.0.1:${signerHttp}/healthz`),
    }),
  );
  const words = [`--admin_server=127.0.0.1:${port}`];
  const output = await mustRun(goProgram('createtree'), words);
  const tree = /^\d+$/m.exec(output)?.[0];
  if (tree === undefined) throw new Error(`createtree made no tree:\n${output}`);
  return { port, tree };
}

async function startRekor(
  directory: string,
  { port: trillian, tree }: Trillian,
  services: Service[],
): Promise<RekorV1Address> {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  services.push(
    await startService({
      name: 'rekor-server',
      program: goProgram('rekor-server'),
      words: [
        ...['serve', '--scheme', 'http', '--host', '127.0.0.1', '--port', `${port}`],
        ...['--trillian_log_server.port', `${trillian}`, '--trillian_log_server.tlog_id', tree],
        ...['--rekor_server.hostname', '127.0.0.1', '--rekor_server.signer', 'memory'],
        ...['--enabled_api_endpoints', API.join(',')],
      ],
      log: join(directory, 'rekor-v1.log'),
      isReady: async () => await answers(`${url}/api/v1/log/publicKey`),
    }),
  );
  const key = join(directory, 'rekor-v1.pub');
  writeFileSync(key, await fetchText(`${url}/api/v1/log/publicKey`));
  return { url, key };
}

/** Without those that need another database. */
const API = [
  ...['getLogInfo', 'getPublicKey', 'getLogProof'],
  ...['createLogEntry', 'getLogEntryByIndex', 'getLogEntryByUUID', 'searchLogQuery'],
];
