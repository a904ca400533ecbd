import { createHash } from 'node:crypto';
import { fault, startJsonServer } from '../../../../tools/emulators/aws/json-server.ts';
import type { Emulator } from '../../../../tools/emulators/emulator.ts';

/** SQS's SendMessage with its delays, on a clock that the test moves. */
export interface DelayQueue extends Emulator {
  /** Messages that came out, with the epoch ms at which they did. */
  readonly came: { readonly body: string; readonly at: number }[];
  /** Lets out what has waited long enough. */
  look(): void;
}

export async function startDelayQueue(now: () => number): Promise<DelayQueue> {
  let waiting: { readonly body: string; readonly at: number }[] = [];
  const came: DelayQueue['came'] = [];
  const emulator = await startJsonServer((_call, { MessageBody, DelaySeconds = 0 }) => {
    const delay = Number(DelaySeconds);
    if (!(Number.isInteger(delay) && delay >= 0 && delay <= 900)) {
      return fault(400, 'InvalidParameterValue', `Value ${delay} for parameter DelaySeconds is invalid.`);
    }
    waiting.push({ body: String(MessageBody), at: now() + delay * 1_000 });
    look();
    // The SDK compares it.
    const MD5OfMessageBody = createHash('md5').update(String(MessageBody)).digest('hex');
    return { status: 200, body: { MessageId: 'm', MD5OfMessageBody } };
  });
  function look(): void {
    came.push(...waiting.filter(({ at }) => at <= now()));
    waiting = waiting.filter(({ at }) => at > now());
  }
  return { ...emulator, came, look };
}
