import { buildApp } from 'fauxqs';
import { enforceConditions } from './s3-conditions.ts';

// Its listings are sorted by a language's rules; S3's go by the bytes of the keys, which are ASCII here.
String.prototype.localeCompare = function (this: string, other: string) {
  return this < other ? -1 : this > other ? 1 : 0;
};

const app = buildApp({ logger: false, defaultRegion: 'eu-central-1' });
// It takes 11 MiB at most; S3 takes 5 GB.
app.removeContentTypeParser('*');
app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 1_073_741_824 }, (_request, body, done) =>
  done(null, body),
);
enforceConditions(app);
await app.listen({ port: 0, host: '127.0.0.1' });
const { port } = app.server.address() as { readonly port: number };
process.send?.({ port });
// Nobody is left to be served.
process.on('disconnect', () => process.exit());
