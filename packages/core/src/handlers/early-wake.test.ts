import { describe, expect, it } from 'vitest';
import { letters, lettersWorld } from '../../test/support/letters.ts';
import { XorcaError } from '../errors.ts';
import { wakeMessage } from '../publishers/wake-message.ts';
import { isWake, parsedOrText, wakeOf } from './delivered.ts';
import { settle } from './settle.ts';
import { workOf } from './work.ts';

/** A handler whose process rests after a minute, and a scheduler that keeps what it is asked for. */
async function world({ without = false } = {}) {
  const trouble = { away: false };
  const { platform, options, time } = lettersWorld();
  const asked: [string, number][] = [];
  const scheduler = {
    async wake(id: string, at: number) {
      if (trouble.away) throw new XorcaError('XORCA_UNAVAILABLE', 'The queue is away.', { retryable: true });
      asked.push([id, at]);
    },
  };
  const ports = without ? platform : { ...platform, scheduler };
  const waits: number[] = [];
  const timers = {
    setTimeout(run: () => void, ms: number) {
      waits.push(ms);
      time.ms += ms;
      queueMicrotask(run);
    },
    clearTimeout() {},
  };
  const work = workOf(
    'test',
    letters,
    ports,
    { ...options, timers },
    {
      read: (body) => {
        const value = parsedOrText(String(body));
        return isWake(value) ? wakeOf(value) : { kind: 'event', event: value };
      },
    },
  );
  await (work.of.runner as unknown as { start(options: object): Promise<unknown> }).start({ id: 'p' });
  asked.length = 0;
  const wake = (id: string, at: number) =>
    settle(work, [{ body: wakeMessage(id, at), origin: { trigger: 'wake' } }], Number.POSITIVE_INFINITY);
  const state = async () =>
    (
      (await (work.of.runner as unknown as { get(id: string): Promise<object> }).get('p')) as {
        value: string;
      }
    ).value;
  return { wake, state, asked, time, trouble, waits };
}

describe('a wake that comes before its time', () => {
  it('is asked for once more, at the same time, and its process is left alone', async () => {
    const { wake, asked, state, time } = await world();
    const at = time.ms + 60_000;
    expect(await wake('p', at)).toEqual([{ kind: 'settled' }]);
    expect(asked).toEqual([['p', at]]);
    expect(await state()).toBe('Open');
  });

  it('by some seconds, as where clocks differ, is waited for, and not sent round', async () => {
    const { wake, asked, state, waits, time } = await world();
    const at = time.ms + 60_000;
    time.ms = at - 2_000;
    await wake('p', at);
    expect(waits).toEqual([2_000]);
    expect(asked).toEqual([]);
    expect(await state()).toBe('Resting');
  });

  it('by less than a minute is sent on after a pause: it may come back at once', async () => {
    const { wake, asked, waits, time } = await world();
    const at = time.ms + 60_000;
    time.ms = at - 30_000;
    await wake('p', at);
    expect(waits).toEqual([5_000]);
    expect(asked).toEqual([['p', at]]);
  });

  it('comes again itself when the scheduler cannot be asked', async () => {
    const { wake, time, trouble } = await world();
    trouble.away = true;
    expect(await wake('p', time.ms + 60_000)).toMatchObject([
      { kind: 'failed', error: { code: 'XORCA_UNAVAILABLE' } },
    ]);
  });

  it('is a wake like any other at its time, and where there is no scheduler', async () => {
    const { wake, state, asked, time } = await world();
    time.ms += 60_000;
    await wake('p', time.ms);
    expect(asked).toEqual([]);
    expect(await state()).toBe('Resting');
    const alone = await world({ without: true });
    alone.time.ms += 60_000;
    await alone.wake('p', alone.time.ms + 1);
    expect(await alone.state()).toBe('Resting');
  });
});
