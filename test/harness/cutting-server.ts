import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes each request whole, and ends its connection without an answer, as a gateway that is killed then. */
export class CuttingServer {
  readonly #server: Server;
  /** Methods and paths, in the order in which they arrived. */
  readonly taken: string[] = [];

  private constructor() {
    this.#server = createServer((request) => {
      request.resume();
      request.once('end', () => {
        this.taken.push(`${request.method} ${request.url}`);
        request.socket.destroy();
      });
    });
  }

  static async start(): Promise<CuttingServer> {
    const server = new CuttingServer();
    await new Promise<void>((listening) => server.#server.listen(0, '127.0.0.1', listening));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((closed) => this.#server.close(() => closed()));
  }
}
