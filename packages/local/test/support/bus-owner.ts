// Opens a bus, holds an event it never gets done with, and waits to be killed.
import { localBus } from '../../src/local-bus.ts';

const [path = ''] = process.argv.slice(2);
const bus = localBus({ path });
bus.subscribe({
  name: 'books',
  types: ['evt.*'],
  handler: () => {
    process.stdout.write('handling\n');
    return new Promise<void>(() => setInterval(() => {}, 1_000));
  },
});
await bus.publish([{ specversion: '1.0', id: '1', source: '/test', type: 'evt.test', subject: 'p' }]);
