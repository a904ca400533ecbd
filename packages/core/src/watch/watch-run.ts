import type { Plan, Work } from '../advance.ts';
import type { Outcome } from '../outcome.ts';
import type { EventPublisher, ProcessStore, StoredProcess } from '../ports.ts';
import {
  factsOf,
  type RunActivity,
  type RunFacts,
  type Telemetry,
  type TelemetrySpan,
} from '../telemetry.ts';
import { during, saved } from './during.ts';
import { type CountedStep, stepWatch } from './step-watch.ts';
import { watchedPublisher } from './watched-publisher.ts';

/** The ports that a run goes through: as they are, or as the telemetry sees their use. */
export interface RunPorts {
  readonly store: Pick<ProcessStore, 'load' | 'save'>;
  readonly publisher: EventPublisher | undefined;
  readonly watch: RunWatch | undefined;
}

/** Sees one run of one process. */
export interface RunWatch {
  /** The work for another try. */
  trying(work: Work, stored: StoredProcess | undefined): Work;
  /** What the last try wants to do. */
  planned(plan: Plan): void;
  settling<Result>(call: () => Promise<Result>): Promise<Result>;
}

export interface WatchSettings {
  readonly telemetry: Telemetry;
  readonly orchestrator: string;
  readonly store: ProcessStore;
  readonly publisher: EventPublisher | undefined;
  readonly now: () => number;
}

/** What a run answers, as far as it is told. */
interface Answered {
  readonly outcomes: readonly Outcome[];
  readonly changed: boolean;
  readonly resent: number;
  readonly foreign?: boolean;
  readonly error?: unknown;
}

/** Leads a run through ports that the telemetry sees. */
export async function watchRun<Result extends Answered>(
  settings: WatchSettings,
  id: string,
  work: Work,
  run: (ports: RunPorts) => Promise<Result>,
): Promise<Result> {
  const at = settings.now();
  const { telemetry, orchestrator } = settings;
  const events = work.deliveries.map(({ event }) => factsOf(event));
  const span = telemetry.begin({ kind: kindOf(work), orchestrator, processId: id, events, at });
  const tries = triesOf(span);
  const result = await span.within(() => run(portsOf(settings, span, tries)));
  const { outcomes, foreign, error = failureIn(outcomes) } = result;
  const [first] = outcomes;
  const same = outcomes.every(({ status }) => status === first?.status);
  span.end({
    ...(first && same ? { outcome: first.status } : foreign ? { outcome: 'foreign' } : {}),
    ...(error ? { error } : {}),
    run: tries.facts(result, at),
  });
  return result;
}

function kindOf({ control, deliveries }: Work): RunActivity['kind'] {
  if (control) return 'control';
  return deliveries.length > 0 ? 'handle' : 'wake';
}

function failureIn(outcomes: readonly Outcome[]): unknown {
  return outcomes.find(({ error }) => error)?.error;
}

function portsOf(
  { store, publisher }: WatchSettings,
  span: TelemetrySpan,
  tries: ReturnType<typeof triesOf>,
): RunPorts {
  return {
    store: {
      load: (id) => during(span, { kind: 'load' }, () => store.load(id)),
      save: (record, expected, effects) =>
        during(
          span,
          { kind: 'save', attempt: tries.count() },
          () => store.save(record, expected, effects),
          saved,
        ),
    },
    publisher: publisher && watchedPublisher(publisher, span),
    watch: {
      ...tries,
      settling: (call) => during(span, { kind: 'settle' }, call),
    },
  };
}

/** What the tries of a run were; only the last one counts. */
function triesOf(span: TelemetrySpan) {
  let count = 0;
  let first: StoredProcess | undefined;
  let last: { before: StoredProcess | undefined; plan: Plan; steps: readonly CountedStep[] } | undefined;
  let before: StoredProcess | undefined;
  let steps: CountedStep[] = [];
  return {
    count: () => count,
    trying(work: Work, stored: StoredProcess | undefined): Work {
      if (count++ === 0) first = stored;
      before = stored;
      steps = [];
      return { ...work, watch: stepWatch(span, count, steps) };
    },
    planned(plan: Plan) {
      last = { before, plan, steps };
    },
    facts({ outcomes, changed, resent }: Answered, at: number): RunFacts {
      const was = last?.before?.record;
      const is = changed ? last?.plan.record : undefined;
      const wakeAt = first?.record.wakeAt;
      return {
        outcomes: outcomes.map(({ status }) => status),
        steps: is || !last?.plan.record ? (last?.steps ?? []) : [],
        resent,
        ...(is && is.status !== was?.status ? { became: { status: is.status, version: is.version } } : {}),
        stuck: is?.stuck === true && was?.stuck !== true,
        ...(typeof wakeAt === 'number' ? { lateMs: at - wakeAt } : {}),
      };
    },
  };
}
