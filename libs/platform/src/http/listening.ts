import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { ListenAddress } from '../config/config.js';
import { OperatorError } from '../process/operator-error.js';

/** Another program listens there; the message names the port and the variable that changes it. */
export class PortTaken extends OperatorError {
  override readonly name = 'PortTaken';

  constructor({ host, port, portVariable }: ListenAddress, options?: ErrorOptions) {
    super(
      `port ${port} on ${host} is taken by another program: stop it, or set ${portVariable} to a free port ` +
        `(for example ${portVariable}=${port + 1000})`,
      options,
    );
  }
}

/** Resolves with the URL that it listens on. */
export async function listen(server: Server, address: ListenAddress): Promise<string> {
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, address);
  }
  const { port } = server.address() as AddressInfo;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  const shownHost = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${scheme}://${shownHost}:${port}`;
}

function explained(error: NodeJS.ErrnoException, address: ListenAddress): Error {
  if (error.code === 'EADDRINUSE') return new PortTaken(address, { cause: error });
  const hostVariable = address.portVariable.replace('_PORT', '_HOST');
  const reason = error.code === 'EACCES' ? 'needs more rights' : `can't be opened (${error.code})`;
  return new OperatorError(
    `port ${address.port} on ${address.host} ${reason}: set ${address.portVariable} or ${hostVariable} to another`,
    { cause: error },
  );
}

const IDLE_POLL_MS = 25;

/** No new connections; requests in flight may end within the time, then their connections are cut. */
export async function closeServer(server: Server, withinMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  // Connections that become idle after the close would wait for their keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_POLL_MS);
  const cut = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
