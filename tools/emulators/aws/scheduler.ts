import type { Emulator } from '../emulator.ts';
import { type Answer, fault, startJsonServer } from './json-server.ts';

/** A schedule that came to its time. */
export interface Fired {
  readonly name: string;
  /** Epoch ms of the clock it goes by. */
  readonly at: number;
  readonly targetArn: string;
  readonly input: string;
}

/** EventBridge Scheduler's one-time schedules, on a clock that the test moves. */
export interface SchedulerEmulator extends Emulator {
  readonly fired: Fired[];
  /** Names of the schedules that wait. */
  names(): readonly string[];
  /** Fires what is due. */
  look(): void;
}

interface Schedule extends Omit<Fired, 'at'> {
  readonly due: number;
}

/** Starts it with these groups beside `default`. It fires at its minute's end, as late as the service may be. */
export async function startScheduler(options: {
  readonly now: () => number;
  readonly groups?: readonly string[];
}): Promise<SchedulerEmulator> {
  const { now, groups = [] } = options;
  const schedules = new Map<string, Schedule>();
  const fired: Fired[] = [];

  function create(name: string, body: Record<string, unknown>): Answer {
    const {
      GroupName = 'default',
      ScheduleExpression,
      FlexibleTimeWindow,
      Target,
      ActionAfterCompletion,
    } = body as {
      GroupName?: string;
      ScheduleExpression?: string;
      FlexibleTimeWindow?: { Mode?: string };
      Target?: { Arn?: string; RoleArn?: string; Input?: string };
      ActionAfterCompletion?: string;
    };
    if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(name)) return fault(400, 'ValidationException', 'Invalid name.');
    if (!['default', ...groups].includes(GroupName)) {
      return fault(404, 'ResourceNotFoundException', `Schedule group ${GroupName} does not exist.`);
    }
    const [, moment] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(ScheduleExpression ?? '') ?? [];
    if (moment === undefined || Number.isNaN(Date.parse(`${moment}Z`))) {
      return fault(400, 'ValidationException', 'Invalid Schedule Expression.');
    }
    const due = Date.parse(`${moment}Z`);
    if (due <= now()) {
      return fault(400, 'ValidationException', 'The schedule expression is for a time in the past.');
    }
    if (
      FlexibleTimeWindow?.Mode !== 'OFF' ||
      !Target?.Arn ||
      !Target.RoleArn ||
      ActionAfterCompletion !== 'DELETE'
    ) {
      return fault(400, 'ValidationException', 'A part of the schedule is missing.');
    }
    const key = `${GroupName}/${name}`;
    if (schedules.has(key)) return fault(409, 'ConflictException', `Schedule ${name} already exists.`);
    schedules.set(key, { name, due, targetArn: Target.Arn, input: Target.Input ?? '' });
    return {
      status: 200,
      body: { ScheduleArn: `arn:aws:scheduler:eu-central-1:1:schedule/${key}` },
    };
  }

  const emulator = await startJsonServer((call, body) => {
    const [path = ''] = (call.url ?? '').split('?');
    return call.method === 'POST' && path.startsWith('/schedules/')
      ? create(decodeURIComponent(path.slice('/schedules/'.length)), body)
      : fault(400, 'ValidationException', 'unknown call');
  });

  return {
    ...emulator,
    fired,
    names: () => [...schedules.values()].map(({ name }) => name),
    look() {
      for (const [key, { due, name, targetArn, input }] of schedules) {
        // In the minute it was asked for, at its very end.
        const at = due + 59_999;
        if (at > now()) continue;
        schedules.delete(key);
        fired.push({ name, at, targetArn, input });
      }
    },
  };
}
