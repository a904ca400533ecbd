import type { CloudEvent } from '../cloud-event.ts';
import type { CommandCall } from './command-call.ts';

/** The commands that one runner has taken and not yet settled. */
export interface CallBook {
  add(call: CommandCall): void;
  remove(call: CommandCall): void;
  /** Calls off what a cancel event names; answers how many calls that were. */
  callOff(cancel: CloudEvent): number;
}

/** Keeps calls by what names their commands. A command may be in hand twice: delivered again before it was settled. */
export function callBook(): CallBook {
  const byCommand = new Map<string, Set<CommandCall>>();
  return {
    add(call) {
      const key = keyOf(call.handler.contract.cancel, call.event, call.event['commandid'] ?? call.event.id);
      const calls = byCommand.get(key);
      if (calls) calls.add(call);
      else byCommand.set(key, new Set([call]));
    },
    remove(call) {
      const key = keyOf(call.handler.contract.cancel, call.event, call.event['commandid'] ?? call.event.id);
      const calls = byCommand.get(key);
      calls?.delete(call);
      if (calls?.size === 0) byCommand.delete(key);
    },
    callOff(cancel) {
      const calls =
        byCommand.get(keyOf(cancel.type, cancel, cancel['commandid'] ?? cancel['causationid'])) ?? [];
      let count = 0;
      for (const call of calls) {
        call.callOff();
        count++;
      }
      return count;
    },
  };
}

// All attempts of a command are called off together. Only who sent a command can call it off: the same source, for the same process.
function keyOf(cancelType: string, { source, subject }: CloudEvent, id: unknown): string {
  return JSON.stringify([cancelType, source, id, subject]);
}
