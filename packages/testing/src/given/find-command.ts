import type { CloudEvent, CommandContract, InputOf } from '@xorca/core';
import { compare, type Partly } from './match.ts';
import { inline } from './show.ts';
import type { World } from './world.ts';

/** Which command is answered, where several of one type were sent. Default: the one that waits longest. */
export interface WhichCommand<Contract extends CommandContract = CommandContract> {
  /** One that was sent with this input; parts of it are enough. */
  readonly input?: Partly<InputOf<Contract['input']>>;
  /** One of this actor: `'fetch'`, or its path in a child machine, `'all/3'`. */
  readonly actor?: string;
  /** Answers an earlier attempt of it, from 1. Default: the last one. */
  readonly attempt?: number;
  /** Answers the one that was sent last although nobody waits for it any more: an answer that comes too late. */
  readonly late?: boolean;
}

export const WHICH: readonly (keyof WhichCommand)[] = ['input', 'actor', 'attempt', 'late'];

/** The event of the command to answer, or the reason why there is none. */
export async function findCommand(
  world: World,
  contract: CommandContract,
  which: WhichCommand,
): Promise<CloudEvent | string> {
  const { published } = world.publisher;
  const sent = published.filter(({ type }) => type === contract.type);
  const waiting = (await world.runner.get(world.id))?.commands ?? [];
  const fits = (event: CloudEvent | undefined): event is CloudEvent =>
    event !== undefined && (which.input === undefined || compare(event.data, which.input, true).same);
  const found = which.late
    ? sent.filter(({ id }) => !waiting.some((command) => command.id === id)).findLast(fits)
    : waiting
        .filter(({ type, actor }) => type === contract.type && (which.actor ?? actor) === actor)
        .map(({ id }) => sent.find((event) => event.id === id))
        .find(fits);
  if (!found) {
    const asks = asksFor(world, contract);
    return asks ? noneOf(contract, which, sent.length) : notAsked(world, contract, sent.length > 0);
  }
  if (which.attempt === undefined) return found;
  const attempts = sent.filter((event) => event['commandid'] === found['commandid']);
  return (
    attempts[which.attempt - 1] ??
    `${contract.type} was sent ${times(attempts.length)} only, so there is no attempt ${which.attempt} to answer`
  );
}

function noneOf({ type }: CommandContract, which: WhichCommand, sent: number): string {
  const wanted = Object.keys(which).length > 0 ? ` with ${inline(which)}` : '';
  if (which.late) return `no ${type}${wanted} was sent that nobody waits for any more`;
  const before = sent > 0 ? `: it was sent ${times(sent)}, and answered, called off or given up` : '';
  return wanted ? `no ${type}${wanted} is waited for` : `no ${type} is waited for${before}`;
}

// A machine may also send it as an event of its own and take the answer as another: then nobody keeps in mind that it waits.
function notAsked({ orchestrator }: World, { type, success }: CommandContract, wasSent: boolean): string {
  const how = wasSent
    ? ` as a command; it is sent as a plain event, so answer it by event('${success}', …)`
    : '';
  return `no machine of ${orchestrator.name} asks for ${type}${how}`;
}

function asksFor({ orchestrator }: World, { type }: CommandContract): boolean {
  return orchestrator.versions.some((version) =>
    orchestrator.machine(version, '').commands.some((known) => known.type === type),
  );
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
