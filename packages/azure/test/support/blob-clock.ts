import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ADVANCE } from './blob-azurite.ts';

// Azurite's own clock, ahead of this machine's by what it was told: a lease ends without anybody waiting for it.
const RealDate = Date;
let passed = 0;
globalThis.Date = class extends RealDate {
  constructor(...parts: ConstructorParameters<typeof RealDate> | []) {
    if (parts.length === 0) super(RealDate.now() + passed);
    else super(...parts);
  }
  static override now() {
    return RealDate.now() + passed;
  }
} as DateConstructor;

const control = createServer((request: IncomingMessage, answer: ServerResponse) => {
  passed += Number(request.url?.slice(1));
  answer.end();
}).listen(0, '127.0.0.1', () => {
  const { port } = control.address() as { readonly port: number };
  process.stdout.write(`${ADVANCE}${port}\n`);
});

await import('../../../../tools/emulators/azure/azurite-server.ts');
