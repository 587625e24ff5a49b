import { freePort } from './processes.js';
import { requireProgram } from './programs.js';
import { ForeignServer } from './server-process.js';

export interface RedisProcess {
  readonly url: string;
  readonly port: number;
  readonly server: ForeignServer;
}

/** As the admission store wants it: nothing on disk, nothing evicted. */
const VOLATILE = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];

export interface RedisOptions {
  readonly port?: number;
  /** Come last, so they override. */
  readonly args?: readonly string[];
  /** Who the URL signs in as, `name:password`, where an ACL asks for it. */
  readonly user?: string;
}

/** A real redis-server on loopback. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisProcess> {
  const file = requireProgram({
    name: 'redis-server',
    debianPackage: 'redis-server',
    advice: 'put Redis 7 or Valkey on the PATH as redis-server',
  });
  const port = options.port ?? (await freePort());
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--daemonize',
    'no',
    ...VOLATILE,
    ...(options.args ?? []),
  ];
  const server = await ForeignServer.start({ name: 'redis-server', file, args, port });
  const user = options.user === undefined ? '' : `${options.user}@`;
  return { url: `redis://${user}127.0.0.1:${port}`, port, server };
}
