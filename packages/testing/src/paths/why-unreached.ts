import type { Exploration } from './explore.ts';
import { type PathItem, stateId, type TransitionItem } from './path-item.ts';

/** Why a walk found no way to an item, as far as it can tell. */
export function whyUnreached(item: PathItem, walk: Exploration): string {
  if (walk.isCut)
    return `no path found within ${walk.states} states; raise \`limit\`, or let less of the \`context\` tell them apart`;
  switch (item.kind) {
    case 'state':
      return 'no path found with the data given';
    case 'command':
      if (item.outcome === 'asked') return 'no path to a state that sends it';
      if (!walk.path(`command ${item.command} asked`)) return 'no path to a state that sends it';
      return refusal(
        walk,
        item.outcome === 'answered' ? `success of ${item.command}` : `error of ${item.command}`,
      );
    case 'transition':
      return whyNotTaken(item, walk);
  }
}

function whyNotTaken(item: TransitionItem, walk: Exploration): string {
  const { machine, state, cause, branch, guard } = item;
  const source = stateId(machine === '' ? state : `${machine}: ${state}`);
  if (state !== '' && !walk.path(source)) return `no path to ${state} found with the data given`;
  const event = item.event;
  if (cause === 'event' && event.includes('*')) {
    return 'a wildcard takes no event by itself: name one for it in `events`';
  }
  if (cause === 'event' && walk.refused.some(({ of }) => of === event)) return refusal(walk, event);
  if (guard !== undefined) return 'its guard held for none of the data given';
  return branch > 1 ? 'a branch before it was taken each time' : 'it was never taken with the data given';
}

function refusal({ refused }: Exploration, of: string): string {
  const found = refused.find((each) => each.of === of);
  if (!found) return 'it never happened with the data given';
  const what = found.given
    ? 'the data given for it is refused'
    : 'give data for it: what was made up is refused';
  return `${what} (${found.fault})`;
}
