import { writeFile } from 'node:fs/promises';
import { requireProgram } from './programs.js';
import { ForeignServer } from './server-process.js';

export interface HaproxyOptions {
  readonly port: number;
  /** Holds the configuration. */
  readonly file: string;
  readonly gatewayPorts: readonly number[];
}

const servers = (ports: readonly number[]) =>
  ports.map((port, index) => `  server gateway${index + 1} 127.0.0.1:${port}`).join('\n');

// A gateway that is not ready gets no new calls; a call is only given to another one when its connection was refused,
// that is before a byte of it was sent.
const configuration = ({ port, gatewayPorts }: HaproxyOptions) => `
global
  maxconn 4000
defaults
  mode http
  timeout connect 1s
  timeout client 75s
  timeout server 75s
  timeout http-keep-alive 30s
  timeout check 3s
  option http-keep-alive
  option redispatch
  retries 3
  retry-on conn-failure
frontend keybrake
  bind 127.0.0.1:${port}
  use_backend unready if { nbsrv(gateways) eq 0 }
  default_backend gateways
backend gateways
  balance leastconn
  http-reuse safe
  option httpchk GET /readyz
  default-server check inter 200ms fastinter 100ms fall 2 rise 1
${servers(gatewayPorts)}
# While no gateway is ready, they say so themselves: in the provider's error shape, with Retry-After.
backend unready
  balance roundrobin
${servers(gatewayPorts)}
`;

/** A real HAProxy on loopback, in front of the gateways. */
export async function startHaproxy(options: HaproxyOptions): Promise<ForeignServer> {
  const advice = 'put HAProxy 2.4 or newer on the PATH';
  const file = requireProgram({ name: 'haproxy', debianPackage: 'haproxy', advice });
  await writeFile(options.file, configuration(options));
  return ForeignServer.start({ name: 'haproxy', file, args: ['-db', '-f', options.file], port: options.port });
}
