import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to bytes on the way back: everything passes, or replies are swallowed and their connections cut. */
export type ReplyFate = 'pass' | 'swallow';

/** Stands between a client and a server on loopback, and loses replies on demand: what was sent has arrived all the same. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  fate: ReplyFate = 'pass';
  /** Replies that were swallowed. */
  swallowed = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port: number, targetPort: () => number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => proxy.#join(client, connect({ host: '127.0.0.1', port: targetPort() })));
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    return proxy;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, target: Socket): void {
    const end = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => target.write(bytes));
    target.on('data', (bytes) => {
      if (this.fate === 'pass') {
        client.write(bytes);
        return;
      }
      this.swallowed += 1;
      end();
    });
  }
}
