import { type CloudEvent, createCloudEvent, type ProcessDetails, type Runner } from '@xorca/core';
import type { LocalPlatform } from '@xorca/local';
import { approvalGiven, orderPlaced } from './contracts.ts';
import type { Story } from './stories.ts';
import type { Teller } from './teller.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Stage {
  readonly platform: LocalPlatform;
  readonly runner: Runner;
  readonly clock: VirtualClock;
  readonly teller: Teller;
}

/** Something that people do at a moment. */
interface Act {
  /** Epoch ms. */
  readonly at: number;
  readonly events: readonly CloudEvent[];
}

/**
 * Plays a story to its end, or from where it was left. Whenever all is quiet the clock jumps to whatever comes next: what people
 * do, or a timer of the process. An act that an earlier start did already is done again, and is a duplicate by its id.
 */
export async function play(story: Story, stage: Stage): Promise<void> {
  const { platform, runner, clock, teller } = stage;
  const acts = actsOf(story);
  for (;;) {
    await platform.idle();
    const order = await runner.get(story.id);
    const timerAt = timerOf(order);
    const act = acts[0];
    if (act && act.at <= timerAt) {
      acts.shift();
      clock.moveTo(act.at);
      await platform.bus.publish(act.events);
    } else if (order && timerAt < Number.POSITIVE_INFINITY) {
      clock.moveTo(timerAt);
      await runner.wake();
      teller.timePassed(await runner.get(story.id));
    } else {
      return;
    }
  }
}

function timerOf(order: ProcessDetails | undefined): number {
  return (order?.status === 'active' ? order.wakeAt : null) ?? Number.POSITIVE_INFINITY;
}

function actsOf({ id, order, placedAt, approvedAt }: Story): Act[] {
  const placed = said(`${id}/placed`, orderPlaced.type, id, order);
  if (approvedAt === undefined) return [{ at: placedAt, events: [placed] }];
  const approved = said(`${id}/approval`, approvalGiven.type, id, { by: 'the owner' });
  if (approvedAt === placedAt) return [{ at: placedAt, events: [placed, approved] }];
  return [
    { at: placedAt, events: [placed] },
    { at: approvedAt, events: [approved] },
  ];
}

function said(id: string, type: string, subject: string, data: unknown): CloudEvent {
  return createCloudEvent({ id, type, source: '/shop', subject, data });
}
