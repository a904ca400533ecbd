import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequestHandler } from 'local-aws-sqs';
import { mendQueues } from './sqs-mended.ts';

const { service, requestHandler } = createRequestHandler({
  port: 0,
  hostname: '127.0.0.1',
  region: 'eu-central-1',
});
const mend = mendQueues(service);
const server = createServer((request, response) => {
  mend();
  void requestHandler(request, response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as { readonly port: number };
// The addresses of its queues have it.
service.PORT = port;
process.send?.({ port });
// Nobody is left to be served.
process.on('disconnect', () => process.exit());
