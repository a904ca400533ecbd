import { commandSettings } from './command-logic.ts';
import type { EngineEffect } from './engine.ts';
import type { ActorNode } from './xstate-internals.ts';

/** The effects of one step, in the order in which the machine decided them. Changed by the functions of this file. */
export interface EffectList {
  items: Array<EngineEffect | Slot>;
  slots: number;
  /** No slot lies before it: a thousand commands of one step are not looked for from the beginning each time. */
  from: number;
  /** True until the machine's own first action: xstate starts the actors below it before, and what they decide belongs behind. */
  isStarting: boolean;
  /** What they decided. */
  aside: Array<EngineEffect | Slot> | undefined;
  /** Commands of machines that start: their actors start before the actions that say where they belong. */
  begun: Map<ActorNode, EngineEffect> | undefined;
}

// Keeps the place of a command, or of its calling off, among the effects: xstate starts and stops actors only after all actions
// of the step.
interface Slot {
  readonly kind: 'slot';
  readonly does: 'start' | 'stop';
  readonly actor: ActorNode;
}

export function effectList({ isStarting = false } = {}): EffectList {
  return { items: [], slots: 0, from: 0, isStarting, aside: undefined, begun: undefined };
}

/** The machine's own first action: what came before it is put aside. */
export function putAside(list: EffectList): void {
  list.isStarting = false;
  list.aside = list.items;
  list.items = [];
  list.from = 0;
}

/** Keeps a place for what a command's actor will do; for any other actor none is needed. */
export function reserve(list: EffectList, does: Slot['does'], actor: ActorNode | undefined): void {
  if (!actor || !commandSettings(actor.logic)) return;
  const slot: Slot = { kind: 'slot', does, actor };
  list.slots++;
  const effect = does === 'start' ? list.begun?.get(actor) : undefined;
  list.items.push(effect ?? slot);
  if (effect) leave(list, effect, slot);
}

/** Puts a slot that nobody fills where an effect stood that has got another place. */
function leave({ items, aside }: EffectList, effect: EngineEffect, slot: Slot): void {
  for (const list of [aside, items]) {
    const at = list?.indexOf(effect) ?? -1;
    if (list && at !== -1) {
      list[at] = slot;
      return;
    }
  }
}

/** Puts an effect into the place that was kept for it, or at the end. */
export function fill(list: EffectList, does: Slot['does'], actor: ActorNode, effect: EngineEffect): void {
  const at = list.slots === 0 ? -1 : placeOf(list, does, actor);
  if (at === -1) {
    list.items.push(effect);
    if (does === 'start') {
      list.begun ??= new Map();
      list.begun.set(actor, effect);
    }
    return;
  }
  list.items[at] = effect;
  list.slots--;
}

/** Takes back a command that was decided in this very step: it was never sent, and now never will be. */
export function withdraw(list: EffectList, command: string): void {
  const isOther = (item: EngineEffect | Slot) => !(item.kind === 'command' && item.command === command);
  list.items = list.items.filter(isOther);
  list.aside = list.aside?.filter(isOther);
  list.from = 0;
}

/** The effects, and an empty list for the next step. */
export function takeEffects(list: EffectList): readonly EngineEffect[] {
  const { items, slots, aside } = list;
  list.isStarting = false;
  if (aside) {
    items.push(...aside);
    list.aside = undefined;
  }
  list.begun = undefined;
  if (items.length === 0) return items as EngineEffect[];
  list.items = [];
  list.slots = 0;
  list.from = 0;
  return slots > 0 ? items.filter(isEffect) : (items as EngineEffect[]);
}

function placeOf(list: EffectList, does: Slot['does'], actor: ActorNode): number {
  const { items } = list;
  while (items[list.from]?.kind !== 'slot' && list.from < items.length) list.from++;
  for (let at = list.from; at < items.length; at++) {
    const item = items[at];
    if (item?.kind === 'slot' && item.does === does && item.actor === actor) return at;
  }
  return -1;
}

function isEffect(item: EngineEffect | Slot): item is EngineEffect {
  return item.kind !== 'slot';
}
