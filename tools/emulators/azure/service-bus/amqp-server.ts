import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import rhea, { type Connection, type EventContext } from 'rhea';
import { type AmqpService, type Client, cut, makeClient } from './client.ts';
import { takeTransfer } from './incoming-link.ts';
import { addressOf, closeReceiving, openReceiving, openSending } from './links.ts';
import { takeClaim, takeRequest } from './requests.ts';
import { prepare } from './rhea-internals.ts';

/** The AMQP side of the service. */
export interface AmqpServer {
  readonly port: number;
  /** Cuts all connections. */
  cut(): void;
}

/** Listens on a free port of 127.0.0.1. */
export async function startAmqp(service: AmqpService): Promise<AmqpServer> {
  const container = rhea.create_container({ id: 'service-bus' });
  const clients = new Map<Connection, Client>();
  const on = (event: string, work: (context: EventContext, client: Client) => void) =>
    container.on(event, (context: EventContext) => {
      const client = clients.get(context.connection);
      if (client !== undefined) work(context, client);
    });

  container.sasl_server_mechanisms.enable_anonymous();
  // This is how the SDK says that it brings its tokens to `$cbs`.
  container.sasl_server_mechanisms['MSSBCBS'] = () => ({
    start(this: { outcome?: boolean }) {
      this.outcome = true;
    },
  });
  container.on('connection_open', ({ connection }: EventContext) => {
    clients.set(connection, makeClient(connection, service));
  });
  on('session_open', ({ session }) => session && prepare(session));
  on('receiver_open', ({ receiver }, client) => receiver && openSending(service, client, receiver));
  on('sender_open', ({ sender }, client) => sender && openReceiving(service, client, sender));
  on('message', (context, client) => take(service, client, context));
  on('sender_close', ({ sender }, client) => sender && closeReceiving(client, sender));
  on('session_close', ({ session }, client) => {
    for (const link of client.receiving.keys()) if (link.session === session) closeReceiving(client, link);
  });
  for (const event of ['connection_close', 'disconnected']) {
    on(event, ({ connection }, client) => {
      clients.delete(connection);
      for (const link of client.receiving.keys()) closeReceiving(client, link);
    });
  }
  // What clients close with an error they had from here; rhea ends the process when nobody listens.
  for (const event of ['connection', 'session', 'sender', 'receiver', 'protocol']) {
    container.on(`${event}_error`, () => {});
  }

  const server = container.listen({
    port: 0,
    host: '127.0.0.1',
    // What is taken is accepted by whoever takes it, and what is deferred is not released.
    ...{ autoaccept: false, treat_modified_as_released: false },
  });
  server.prependListener('connection', (socket) => {
    if (service.faults.refusesConnections) socket.destroy();
  });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      for (const connection of clients.keys()) cut(connection);
    },
  };
}

function take(service: AmqpService, client: Client, context: EventContext): void {
  const { receiver, delivery, message } = context;
  if (receiver === undefined || delivery === undefined || message === undefined) return;
  const address = addressOf(receiver.target?.address);
  const target = service.entities.target(address);
  if (target !== undefined) {
    takeTransfer(client, target, receiver, { delivery, message });
    return;
  }
  delivery.accept();
  if (address === '$cbs') takeClaim(client, receiver, message);
  else takeRequest(service, client, receiver, message, address.replace(/\/\$management$/i, ''));
}
