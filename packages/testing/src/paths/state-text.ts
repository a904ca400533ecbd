import type { ProcessRecord } from '@xorca/core';
import { type ProcessState, processState } from '@xorca/core/backend';
import type { ExploreOptions } from './explore-options.ts';

interface Persisted {
  readonly status?: unknown;
  readonly value?: unknown;
  readonly context?: unknown;
  readonly historyValue?: unknown;
  readonly children?: Readonly<Record<string, { readonly snapshot: Persisted; readonly src: unknown }>>;
}

/** A text that two records share when everything that can happen from here on is held to be the same. */
export function stateText(record: ProcessRecord, context: ExploreOptions['context'] = 'include'): string {
  const { snapshot, timers, commands } = processState(record);
  const { status, problem } = { status: record.status, problem: record.stuck };
  return JSON.stringify([
    status,
    problem,
    actorParts(snapshot as Persisted, context),
    dueParts({ timers, commands }),
  ]);
}

function actorParts(actor: Persisted, context: ExploreOptions['context']): unknown {
  const { value, children = {}, historyValue, status } = actor;
  const below = typeof context === 'function' ? 'include' : context;
  return [
    status,
    value,
    historyValue,
    contextPart(actor.context, context),
    Object.entries(children).map(([id, { src, snapshot }]) => [id, src, actorParts(snapshot, below)]),
  ];
}

function contextPart(context: unknown, how: ExploreOptions['context']): unknown {
  if (how === 'ignore') return null;
  return typeof how === 'function' ? how(context) : context;
}

/** What comes first counts, not how long it takes: else a wait would never look like the same wait again. */
function dueParts({ timers, commands }: Pick<ProcessState, 'timers' | 'commands'>): unknown {
  const due = [
    ...timers.map(({ at, key }) => ({ at, name: key })),
    ...commands.map(({ dueAt, key, attempt, resting }) => ({
      at: dueAt ?? Number.POSITIVE_INFINITY,
      name: `${key} ${attempt}${resting ? ' rests' : ''}`,
    })),
  ];
  return due.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}
