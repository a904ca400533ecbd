import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCloudEvent, createRunner } from '@xorca/core';
import { localPlatform } from '@xorca/local';
import { chain } from './machine.ts';

// A whole small system in one program: orchestrator, fleet, observer. It may be killed at any moment and started again.
const [dir = '', processes = '0'] = process.argv.slice(2);
const platform = localPlatform({ dir, pollMs: 20 });
const runner = createRunner(chain, platform);
platform.bus.subscribe({
  name: 'fleet',
  types: ['cmd.*'],
  concurrency: 6,
  async handler(commands) {
    // Real services take their time; the moments in between are where the kills shall hit.
    await new Promise((resolve) => setTimeout(resolve, 15));
    const publish = commands.map(({ id, type, subject = '' }) =>
      createCloudEvent({
        id: `${id}/answer`,
        type: `${type.replace('cmd.', 'evt.')}.success`,
        source: '/fleet',
        subject,
      }),
    );
    return { publish };
  },
});
platform.bus.subscribe({
  name: 'observer',
  types: ['notif.*'],
  async handler(events) {
    for (const { id, data } of events)
      appendFileSync(join(dir, 'observed'), `${JSON.stringify({ id, data })}\n`);
  },
});
platform.attach(runner);
const ids = Array.from({ length: Number(processes) }, (_, n) => `process-${n}`);
for (const id of ids) {
  if (!(await runner.get(id)))
    await platform.bus.publish([
      createCloudEvent({ id: `begin-${id}`, type: 'evt.begin', source: '/test', subject: id }),
    ]);
}
console.log('ready');

for (;;) {
  await platform.idle();
  const { items } = await runner.list({ status: 'active', limit: 1 });
  if (items.length === 0) break;
  await new Promise((resolve) => setTimeout(resolve, 10));
}
await platform.idle();
await platform.close();
console.log('done');
