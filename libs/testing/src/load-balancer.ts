import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireProgram } from './programs.js';
import { ForeignServer } from './server-process.js';

export const LOAD_BALANCERS = ['haproxy', 'nginx'] as const;
export type LoadBalancer = (typeof LOAD_BALANCERS)[number];

export interface LoadBalancerOptions {
  readonly port: number;
  /** Holds the configuration, and what nginx keeps of large bodies. */
  readonly folder: string;
  readonly gatewayPorts: readonly number[];
}

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));

/** What is another on one machine than in the example: each text is there, and what stands in its place. */
type Changes = readonly (readonly [string, string])[];

const haproxyChanges = ({ port, gatewayPorts }: LoadBalancerOptions): Changes => {
  const servers = gatewayPorts.map((own, index) => `server gateway${index + 1} 127.0.0.1:${own}`).join('\n  ');
  return [
    ['resolvers docker\n  nameserver dns 127.0.0.11:53\n  hold valid 1s\n', ''],
    [' resolvers docker init-addr none', ''],
    ['bind :4000', `bind 127.0.0.1:${port}`],
    ['server-template gateway 10 gateway:4000', servers],
    // A test, and a person who looks, wait for what it notices.
    ['inter 500ms', 'inter 200ms fastinter 100ms'],
  ];
};

const nginxChanges = ({ port, folder, gatewayPorts }: LoadBalancerOptions): Changes => {
  const options = 'max_fails=1 fail_timeout=1s;';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  return [
    ['http {', `pid ${folder}/nginx.pid;\nhttp {\n  ${temporary.join('\n  ')}`],
    ['    zone gateways 256k;\n', ''],
    ['    resolver 127.0.0.11 valid=1s;\n', ''],
    [
      `server gateway:4000 resolve ${options}`,
      gatewayPorts.map((own) => `server 127.0.0.1:${own} ${options}`).join('\n    '),
    ],
    ['listen 4000', `listen 127.0.0.1:${port}`],
  ];
};

/** A real HAProxy or nginx on loopback in front of the gateways, as deploy/ has it. */
export async function startLoadBalancer(kind: LoadBalancer, options: LoadBalancerOptions): Promise<ForeignServer> {
  return kind === 'haproxy' ? startHaproxy(options) : startNginx(options);
}

async function startHaproxy(options: LoadBalancerOptions): Promise<ForeignServer> {
  const advice = 'put HAProxy 2.4 or newer on the PATH';
  const file = requireProgram({ name: 'haproxy', debianPackage: 'haproxy', advice });
  const config = await configure('haproxy.cfg', options.folder, haproxyChanges(options));
  return ForeignServer.start({ name: 'haproxy', file, args: ['-db', '-f', config], port: options.port });
}

async function startNginx(options: LoadBalancerOptions): Promise<ForeignServer> {
  const advice = 'put nginx 1.22 or newer on the PATH';
  const file = requireProgram({ name: 'nginx', debianPackage: 'nginx-light', advice });
  const config = await configure('nginx.conf', options.folder, nginxChanges(options));
  // One process: a worker would outlive a master that is killed, and keep the port.
  const globals = 'daemon off; master_process off;';
  const args = ['-p', options.folder, '-e', 'stderr', '-c', config, '-g', globals];
  return ForeignServer.start({ name: 'nginx', file, args, port: options.port });
}

async function configure(example: string, folder: string, changes: Changes): Promise<string> {
  let text = await readFile(join(deploy, example), 'utf8');
  for (const [there, instead] of changes) {
    if (!text.includes(there)) throw new Error(`deploy/${example} has no "${there}" any more`);
    text = text.replaceAll(there, instead);
  }
  const file = join(folder, example);
  await writeFile(file, text);
  return file;
}
