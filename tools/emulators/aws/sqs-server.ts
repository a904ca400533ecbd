import { createSqsServer } from 'local-aws-sqs';

const server = await createSqsServer({ port: 0, hostname: '127.0.0.1', region: 'eu-central-1' });
const { port } = server.address() as { readonly port: number };
process.send?.({ port });
// Nobody is left to be served.
process.on('disconnect', () => process.exit());
