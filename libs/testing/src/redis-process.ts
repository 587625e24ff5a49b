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

/** A real redis-server on loopback. `args` come last, so they override. */
export async function startRedis(
  options: { readonly port?: number; readonly args?: readonly string[] } = {},
): Promise<RedisProcess> {
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
  return { url: `redis://127.0.0.1:${port}`, port, server };
}
