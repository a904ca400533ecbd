import type { MachineLayout, TransitionLayout } from '@xorca/core/backend';
import { span } from '../given/show.ts';

/** What a command can come to, as far as tests should show it. */
export type CommandOutcome = 'asked' | 'answered' | 'failed' | 'timed out';

/** Something that tests should reach. */
export type PathItem = StateItem | TransitionItem | CommandItem;

/** A state of a machine, or of one of its child machines. */
export interface StateItem {
  readonly kind: 'state';
  /** Tells it from all other items of its orchestrator. */
  readonly id: string;
  /** For people: `Regulate.Grounded.Check`. */
  readonly name: string;
  /** The child machine by the names of the actors on the way down to it; `''`: the machine itself. */
  readonly machine: string;
  readonly state: string;
}

/** A transition: what leads from a state to others or keeps it, one for each branch that guards can choose. */
export interface TransitionItem extends Omit<TransitionLayout, 'key' | 'kind' | 'name'> {
  readonly kind: 'transition';
  readonly id: string;
  /** For people: `Reserving: done reserveStock [1 of 2, isLarge] → Approving`. */
  readonly name: string;
  readonly cause: TransitionLayout['kind'];
  /** The event's type, the actor, the delay's name or ms. */
  readonly event: string;
}

/** One thing that can become of a command. */
export interface CommandItem {
  readonly kind: 'command';
  readonly id: string;
  readonly name: string;
  readonly command: string;
  readonly outcome: CommandOutcome;
}

/** All that the tests of a machine should reach. */
export function pathItems(layout: MachineLayout): readonly PathItem[] {
  const { states, transitions, commands } = layout;
  return [
    ...states.map(
      ({ key, machine, state }): StateItem => ({
        kind: 'state',
        id: stateId(key),
        name: placed(machine, state),
        machine,
        state,
      }),
    ),
    ...transitions.map(({ key, kind: cause, name: event, ...rest }, at): TransitionItem => {
      const name = transitionName(transitions[at] as TransitionLayout);
      return { ...rest, kind: 'transition', id: transitionId(key), name, cause, event };
    }),
    ...commands.flatMap(({ type, timesOut }) => {
      const outcomes: CommandOutcome[] = [
        'asked',
        'answered',
        'failed',
        ...(timesOut ? ['timed out' as const] : []),
      ];
      return outcomes.map(
        (outcome): CommandItem => ({
          kind: 'command',
          id: commandId(type, outcome),
          name: `${type} ${outcome}`,
          command: type,
          outcome,
        }),
      );
    }),
  ];
}

export function stateId(key: string): string {
  return `state ${key}`;
}

export function transitionId(key: string): string {
  return `transition ${key}`;
}

/** What else becomes of commands is counted, but need not be reached. */
export function commandId(type: string, outcome: CommandOutcome | 'asked again' | 'called off'): string {
  return `command ${type} ${outcome}`;
}

function transitionName(transition: TransitionLayout): string {
  const { machine, state, branch, branches, guard, targets } = transition;
  const guarded = guard === undefined ? 'otherwise' : guard || 'if its guard says so';
  const which = branches > 1 ? ` [${branch} of ${branches}, ${guarded}]` : guard ? ` [${guard}]` : '';
  const to =
    targets.length === 0 ? '(stays)' : `→ ${targets.map((target) => target || '(itself)').join(' + ')}`;
  return `${placed(machine, state || '(any state)')}: ${causeText(transition)}${which} ${to}`;
}

function causeText({ kind, name }: TransitionLayout): string {
  switch (kind) {
    case 'event':
      return name;
    case 'after':
      return `after ${/^\d+$/.test(name) ? span(Number(name)) : name}`;
    case 'finished':
      return 'all done';
    case 'always':
      return 'always';
    default:
      return `${kind} ${name === '*' ? '(any actor)' : name}`;
  }
}

function placed(machine: string, what: string): string {
  return machine === '' ? what : `${machine} ▸ ${what}`;
}
