import { type CloudEvent, createRunner } from '@xorca/core';
import { type HandlerFixture, type HandlerUnderTest, handlerContract, type Verdict } from '@xorca/testing';
import { describe, it } from 'vitest';
import { openPlatform } from './support/platform.ts';
import { settled } from './support/virtual-time.ts';

// The runner stands on the ports of the case; what delivers to it, gives back and puts aside is the bus of a local platform.
async function attachedToBus({ orchestrator, platform: ports }: HandlerFixture): Promise<HandlerUnderTest> {
  const { platform, time } = await openPlatform();
  const { bus } = platform;
  platform.attach(createRunner(orchestrator, ports, { report: () => {} }));
  const waiting = bus.database.prepare('SELECT event FROM xorca_delivery WHERE dead_at IS NULL');

  function given(): Set<string> {
    const rows = waiting.all() as unknown as [string][];
    return new Set(rows.map(([text]) => (JSON.parse(text) as CloudEvent).id));
  }

  async function quiet(): Promise<void> {
    let before = '';
    for (let same = 0; same < 3; same++) {
      await settled();
      const now = JSON.stringify(bus.database.prepare('SELECT * FROM xorca_delivery').all());
      if (now !== before) same = 0;
      before = now;
    }
  }

  return {
    // Only what could be published gets into the bus, and it calls handlers without telling them the time.
    carries: 'events',
    tellsTime: false,
    async deliver(bodies) {
      const events = bodies.map((body) => JSON.parse(body) as CloudEvent);
      const before = given();
      await bus.publish(events.filter(({ id }) => !before.has(id)));
      // What it gave back before waits for its next try.
      if (events.some(({ id }) => before.has(id))) await time.advance(Math.max(...time.waits));
      await quiet();
      const after = given();
      const dead = new Set(bus.deadLetters().map(({ event }) => event.id));
      return events.map(({ id }): Verdict => (dead.has(id) ? 'dead' : after.has(id) ? 'retry' : 'accepted'));
    },
    async wake() {
      await time.advance(1_000);
      await quiet();
    },
  };
}

describe('a runner that is attached to the local bus', () => {
  for (const { name, run } of handlerContract) it(name, () => run(attachedToBus));
});
