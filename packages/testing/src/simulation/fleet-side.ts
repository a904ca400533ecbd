import type { CloudEvent, Orchestrator } from '@xorca/core';
import { about, happened, type Sandbox, type WorldState } from './world-state.ts';

const MOST_SLOWNESS_MS = 7_200_000;

/** What a service answers, and whether it must always answer the same. */
export interface Answering {
  readonly fleet: string;
  readonly remembers: boolean;
}

/** Puts a service's answers on the bus: perhaps late, perhaps with another's among them. */
export function sendAnswers(
  { world }: Sandbox,
  { fleet, remembers }: Answering,
  answers: readonly CloudEvent[],
): void {
  const { bus, faults, random } = world;
  for (const answer of answers) {
    if (remembers) judge(world, answer);
    const delayMs = faults.strikes('slow') ? random.whole(MOST_SLOWNESS_MS) : 0;
    const late = delayMs === 0 ? '' : `, ${Math.ceil(delayMs / 60_000)} min later`;
    tell(world, fleet, answer, late);
    bus.send(structuredClone(answer), { delayMs });
    if (!faults.strikes('stray') || typeof answer['causationid'] !== 'string') continue;
    // An answer to a command that this process never sent, of a type that it waits for.
    const causationid = `${answer['causationid']}/none`;
    const stray = { ...structuredClone(answer), id: `stray-${answer.id}`, causationid };
    tell(world, fleet, stray, '');
    bus.send(stray);
  }
}

/** A command is answered once; whatever comes of it again must be that answer. */
function judge({ said, observer }: WorldState, answer: CloudEvent): void {
  const text = JSON.stringify(answer);
  const before = said.get(answer.id) ?? text;
  said.set(answer.id, before);
  if (before === text) return;
  const message = `a service that remembers its answers gave two under the id ${answer.id}: ${before} and ${text}`;
  observer.blame({ invariant: 'stable ids', processId: answer.subject as string, message });
}

function tell(world: WorldState, fleet: string, { type, id, subject }: CloudEvent, late: string): void {
  happened(world, { from: fleet, to: 'bus', text: `${type} ${id}${late}`, ...about(subject as string) });
}

/** Types of commands that whoever sends them gives up by himself: a service may stay silent about them. */
export function patientlySent(orchestrators: readonly Orchestrator[]): ReadonlySet<string> {
  const commands = orchestrators.flatMap(({ versions, machine }) =>
    versions.flatMap((version) => machine(version, 'simulate').layout().commands),
  );
  const waitedFor = new Set(commands.filter(({ timesOut }) => !timesOut).map(({ type }) => type));
  return new Set(commands.map(({ type }) => type).filter((type) => !waitedFor.has(type)));
}
