import type { Attributes } from '@opentelemetry/api';
import type { Activity, ActivityEnd, EventFacts, RunActivity, RunFacts } from '../telemetry.ts';
import { errorCode } from './attributes.ts';
import type { Instruments } from './instruments.ts';

/** An activity that is over. */
export interface Measured {
  readonly activity: Activity;
  readonly end: ActivityEnd;
  readonly seconds: number;
  /** Attributes of all its metrics: whose activity it is. */
  readonly owner: Attributes;
}

/** Counts an activity and its time. No attribute is a process's id or a stranger's text: each value costs a series. */
export function measure(to: Instruments, { activity, end, seconds, owner }: Measured): void {
  const outcome = { ...owner, 'xorca.outcome': end.outcome };
  const failure = { ...owner, ...errorCode(end.error) };
  switch (activity.kind) {
    case 'handle':
    case 'wake':
    case 'control':
      to.runDuration.record(seconds, { ...failure, 'xorca.activity': activity.kind });
      if (end.run) measureRun(to, owner, activity, end.run);
      return;
    case 'step':
      to.stepDuration.record(seconds, outcome);
      return;
    case 'load':
    case 'save':
    case 'settle':
      to.storageDuration.record(seconds, { ...failure, 'xorca.operation': activity.kind });
      if (end.outcome === 'conflict') to.conflicts.add(1, owner);
      return;
    case 'publish':
      to.publishDuration.record(seconds, failure);
      measurePublish(to, owner, activity.events.length, end.unsent);
      return;
    case 'command': {
      const known = activity.command === undefined ? {} : { 'xorca.command': activity.command };
      const command = { ...outcome, ...known, 'xorca.answer': end.answer };
      to.commands.add(1, command);
      to.commandDuration.record(seconds, command);
      measureLag(to, owner, activity.events, activity.at);
    }
  }
}

function measureRun(
  to: Instruments,
  owner: Attributes,
  { kind, events, at }: RunActivity,
  run: RunFacts,
): void {
  for (const outcome of run.outcomes) to.events.add(1, { ...owner, 'xorca.outcome': outcome });
  const duplicates = run.outcomes.filter((outcome) => outcome === 'duplicate').length;
  if (duplicates > 0) to.duplicates.add(duplicates, owner);
  for (const { step, outcome } of run.steps) {
    to.steps.add(1, { ...owner, 'xorca.step': step, 'xorca.outcome': outcome });
  }
  if (run.resent > 0) to.republished.add(run.resent, owner);
  if (run.became) {
    const { status, version } = run.became;
    to.processes.add(1, { ...owner, 'xorca.version': version, 'xorca.status': status });
  }
  if (run.stuck) to.problems.add(1, owner);
  if (kind === 'wake' && run.lateMs !== undefined) to.wakeLag.record(Math.max(0, run.lateMs) / 1000, owner);
  measureLag(to, owner, events, at);
}

function measurePublish(
  to: Instruments,
  owner: Attributes,
  count: number,
  { failed, refused } = { failed: 0, refused: 0 },
): void {
  const by = { sent: count - failed - refused, failed, refused };
  for (const [outcome, events] of Object.entries(by)) {
    if (events > 0) to.published.add(events, { ...owner, 'xorca.outcome': outcome });
  }
}

function measureLag(to: Instruments, owner: Attributes, events: readonly EventFacts[], at: number): void {
  for (const { time } of events) {
    const sentAt = Date.parse(time ?? '');
    // Clocks differ: an event from the future came at once.
    if (!Number.isNaN(sentAt)) to.eventLag.record(Math.max(0, at - sentAt) / 1000, owner);
  }
}
