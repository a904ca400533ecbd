import {
  createRunner,
  memoryPublisher,
  memoryStore,
  type Orchestrator,
  type RunnerOptions,
} from '@xorca/core';
import { createActor } from 'xstate';
import { inTurns, rate } from './measure.ts';
import { atLeast, info, type Row } from './row.ts';
import { chattyOrchestrator, nextEvent, ringMachine, ringOrchestrator } from './subjects.ts';

// Many short turns: what else runs on the machine then strikes all contenders alike.
const STEPS = 500;
const ROUNDS = 81;

/** (a) What a step costs beside what xstate itself costs to be woken, moved and put away. */
export async function steps(): Promise<Row[]> {
  let text = JSON.stringify(createActor(ringMachine).start().getPersistedSnapshot());
  const bare = () =>
    rate(STEPS, (n) => {
      const actor = createActor(ringMachine, { snapshot: JSON.parse(text) });
      actor.start();
      actor.send({ type: 'evt.next', data: { n } });
      text = JSON.stringify(actor.getPersistedSnapshot());
    });
  const figures = await inTurns(ROUNDS, {
    bare,
    silent: await stepper(ringOrchestrator, {}),
    warm: await stepper(ringOrchestrator, { warm: 10 }),
    lazy: await stepper(chattyOrchestrator, { settle: 'lazy' }),
    eager: await stepper(chattyOrchestrator, {}),
  });
  return [
    info('bare xstate: parse, restore, send, persist, stringify', figures.bare, 'steps/s'),
    info('xorca on memory, a step without effects', figures.silent, 'steps/s'),
    atLeast('  against bare xstate', figures.silent / figures.bare, 'of it', 0.5),
    info('  the same with a warm record', figures.warm / figures.bare, 'of it'),
    info('  a step with a command, lazy settle', figures.lazy / figures.bare, 'of it'),
    info('  a step with a command, eager settle (two saves)', figures.eager / figures.bare, 'of it'),
  ];
}

async function stepper(orchestrator: Orchestrator, options: RunnerOptions): Promise<() => Promise<number>> {
  const runner = createRunner(orchestrator, { store: memoryStore(), publisher: discarding() }, options);
  await runner.handle([nextEvent('p', 'evt.start')]);
  return () => rate(STEPS, () => runner.handle([nextEvent('p', 'evt.next')]));
}

/** A publisher that keeps nothing: what it would keep would be measured too. */
function discarding() {
  const { publish: _, ...rest } = memoryPublisher();
  return { ...rest, publish: async () => {} };
}
