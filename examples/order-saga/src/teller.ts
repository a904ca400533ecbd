import type { MachineView, Outcome, ProcessDetails } from '@xorca/core';
import type { Story } from './stories.ts';
import { euros, moment } from './words.ts';

/** Tells what happens, a line for each happening. */
export interface Teller {
  opening(story: Story): void;
  /** A process is in a state; shown with the event that led there, or by `timePassed`. */
  readonly onSnapshot: (orderId: string, view: MachineView) => void;
  /** An event came to a process. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** A service did something. */
  service(orderId: string, name: string, what: string): void;
  /** A timer may have moved a process. */
  timePassed(order: ProcessDetails | undefined): void;
}

export interface TellerOptions {
  readonly print: (line: string) => void;
  /** Epoch ms. */
  readonly now: () => number;
}

export function createTeller({ print, now }: TellerOptions): Teller {
  const states = new Map<string, string>();

  function line(what: string, led: string): void {
    print(`  ${moment(now())}  ${what.padEnd(28)}${led}`.trimEnd());
  }

  return {
    opening({ id, title, order: { item, quantity, amount, city } }) {
      print('');
      print(`${id}: ${quantity} × ${item} to ${city}, ${euros(amount)}`);
      print(`  ${title}`);
    },
    onSnapshot: (orderId, { value }) => void states.set(orderId, String(value)),
    onOutcome({ status, event, reason, effects }) {
      if (!event?.subject) return;
      const sent = effects.map(({ type }) => `→ ${type}`).join(' ');
      const led = {
        applied: `• ${states.get(event.subject)}`.padEnd(14) + sent,
        buffered: '· kept until it is asked for',
      };
      line(event.type, led[status as 'applied'] ?? `· ${reason ?? status}`);
    },
    service: (_, name, what) => line('', `  ${name} ${what}`),
    timePassed(order) {
      if (!order) return;
      const sent = order.commands.map(({ type }) => `→ ${type}`).join(' ');
      line('(time passes)', `• ${order.value}`.padEnd(14) + sent);
    },
  };
}
