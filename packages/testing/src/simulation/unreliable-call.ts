import { XorcaError } from '@xorca/core';
import { about, happened, mayDie, ownTurn, type Sandbox } from './world-state.ts';

/** Who a function calls. */
export type Callee = 'store' | 'bus' | 'lock' | 'scheduler' | 'journal';

/** The way to a service: the function may die on it, and the service may be away. */
export async function reach(sandbox: Sandbox, to: Callee, processId: string | undefined): Promise<void> {
  const { world, name } = sandbox;
  await ownTurn(sandbox);
  await mayDie(sandbox, `before it reaches the ${to}`, processId);
  const isAway = to === 'store' && world.isStoreAway;
  if (!isAway && !world.faults.strikes('unavailable')) return;
  happened(world, { from: name, to, text: 'no connection', isLost: true, ...about(processId) });
  throw unreachable(to);
}

/** The way back from a service that has done its work: the function may die, and the answer may get lost. */
export async function comeBack(sandbox: Sandbox, from: Callee, processId: string | undefined): Promise<void> {
  const { world, name } = sandbox;
  await mayDie(sandbox, `after the ${from} has done its work`, processId);
  if (world.faults.strikes('lostReply')) {
    happened(world, { from, to: name, text: 'its answer', isLost: true, ...about(processId) });
    throw unreachable(from);
  }
  await ownTurn(sandbox);
}

function unreachable(what: Callee): XorcaError {
  return new XorcaError('XORCA_UNAVAILABLE', `A simulated ${what} is away.`, { retryable: true });
}
