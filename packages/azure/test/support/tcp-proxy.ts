import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A network before a service on this machine, which can end its connections without a word. */
export interface TcpProxy {
  readonly port: number;
  /** Done when the end of all connections is on its way to the clients, who have not heard of it yet. */
  cut(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const service = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [socket, service],
      [service, socket],
    ] as const) {
      one.pipe(other);
      one.on('error', () => {});
      one.once('close', () => other.destroy());
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as { readonly port: number };
  async function cut(): Promise<void> {
    await Promise.all([...sockets].map((socket) => once(socket.destroy(), 'close')));
  }
  return {
    port: own,
    cut,
    async stop() {
      await cut();
      server.close();
      await once(server, 'close');
    },
  };
}
