import { createFleet, createOrchestrator, defineCommand, fromCommand, onCommand } from '@xorca/core';
import { assign, setup } from 'xstate';
import { check, same } from '../contracts/assert.ts';
import type { AcceptanceCase } from './cell.ts';
import { texts } from './text-schema.ts';
import { inWorld, outsideEvent } from './world.ts';

// Over what any bus takes: SQS 1 MiB, EventBridge and Event Grid 1 MB, SNS and Service Bus 256 KB, a storage queue 64 KiB.
const EVENT_BYTES = 1_100_000;
// Two of them in one context: over an item of DynamoDB (400 KB) and over an entity of Table Storage (1 MiB).
const STATE_BYTES = 2 * EVENT_BYTES;

const scan = defineCommand('cmd.atlas.scan', { input: texts('map'), output: texts('scan') });

const machine = setup({
  types: { context: {} as { map: string; scan: string }, input: {} as { map: string } },
  actors: { scan: fromCommand(scan) },
}).createMachine({
  id: 'atlas',
  context: ({ input }) => ({ map: input.map, scan: '' }),
  initial: 'Scanning',
  states: {
    Scanning: {
      invoke: {
        src: 'scan',
        input: ({ context }) => ({ map: context.map }),
        onDone: { target: 'Bound', actions: assign({ scan: ({ event }) => event.output.scan }) },
      },
    },
    Bound: { type: 'final' },
  },
  output: ({ context }) => ends(context.map) + ends(context.scan),
});

const orchestrator = createOrchestrator({
  name: 'atlases',
  machines: { '1.0.0': machine },
  startOn: 'evt.atlas.wanted',
});
const fleet = createFleet({
  source: '/srvc/scanner',
  handlers: [onCommand(scan, async ({ map }) => ({ scan: map.replaceAll('map', 'pam') }))],
});

/** All of it is larger than what buses and many stores take in one piece. */
export const sizeCase: AcceptanceCase = {
  title: 'big state',
  name: 'events of 1.1 MB go over the bus in both directions, and a context of 2.2 MB is kept to the letter',
  run: (cell) =>
    inWorld(cell, { orchestrator, fleet }, async (world) => {
      const map = long('map');
      await world.send(outsideEvent(world, 'evt.atlas.wanted', 'big', { map }));
      await world.settled();
      const { status, context, output, outbox } = await world.get('big');
      const scanned = map.replaceAll('map', 'pam');
      same(
        { status, outbox, output },
        { status: 'done', outbox: [], output: ends(map) + ends(scanned) },
        'the end',
      );
      const kept = context as { readonly map: string; readonly scan: string };
      check(kept.map === map && kept.scan === scanned, 'a part of the context is not what went over the bus');
      const bytes = new TextEncoder().encode(JSON.stringify(context)).length;
      check(bytes >= STATE_BYTES, `the context has only ${bytes} bytes`);
      same(world.arrived('big').length, 3, 'how many events there were');
    }),
};

// Letters of one to four bytes, so that whoever cuts bytes does it within one; and digits, so that no piece is like another.
function long(word: string): string {
  let text = '';
  for (let n = 0, bytes = 0; bytes < EVENT_BYTES; n++) {
    const piece = `${n} ${word} é€😀 `;
    text += piece;
    bytes += new TextEncoder().encode(piece).length;
  }
  return text;
}

function ends(text: string): string {
  return `${text.slice(0, 12)}…${text.slice(-24)}|`;
}
