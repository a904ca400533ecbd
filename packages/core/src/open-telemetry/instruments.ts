import type { Meter } from '@opentelemetry/api';

// Bounds in seconds: a step takes tenths of a millisecond, a call to a storage milliseconds, a late wake hours.
const STEP = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];
const CALL = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WORK = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
const LATE = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];

/** All metrics, by what they measure. */
export type Instruments = ReturnType<typeof instruments>;

/** Makes them. */
export function instruments(meter: Meter) {
  const count = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit: `{${unit}}`, description });
  const time = (name: string, bounds: number[], description: string) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries: bounds } });
  return {
    events: count('xorca.events', 'event', 'Events handed to a runner, by what became of them'),
    duplicates: count('xorca.duplicates', 'event', 'Events that were seen before'),
    eventLag: time('xorca.event.lag', LATE, "From an event's time to its handling"),
    runDuration: time('xorca.run.duration', CALL, 'One process led through its events, or woken'),
    steps: count('xorca.steps', 'step', 'Steps of machines, by what became of them; lost tries not counted'),
    stepDuration: time('xorca.step.duration', STEP, 'One step of a machine, lost tries included'),
    storageDuration: time('xorca.storage.duration', CALL, 'One load, save or settling of a record'),
    conflicts: count('xorca.conflicts', 'conflict', 'Saves that somebody else was faster than'),
    published: count('xorca.published', 'event', 'Events given to the publisher, by what became of them'),
    publishDuration: time('xorca.publish.duration', CALL, 'One call of the publisher'),
    republished: count('xorca.republished', 'event', 'Unconfirmed events that were sent again'),
    processes: count('xorca.processes', 'process', 'Processes that were begun or have ended, by status'),
    problems: count('xorca.problems', 'problem', 'Processes that got a problem somebody should look at'),
    backlog: meter.createGauge('xorca.due.backlog', {
      unit: '{process}',
      description: 'Due processes that the last wake found, at most as many as one takes',
    }),
    wakeLag: time('xorca.wake.lag', LATE, 'How long a process was due when it was woken'),
    commands: count('xorca.commands', 'command', 'Commands of a fleet, by what became of them'),
    commandDuration: time('xorca.command.duration', WORK, 'One command, from its coming to its answer'),
  };
}
