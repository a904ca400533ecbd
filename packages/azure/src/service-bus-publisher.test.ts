import { expect, it, vi } from 'vitest';
import { serviceBusPublisher } from './service-bus-publisher.ts';

it.each([
  ['longer than a filter takes', `cmd.${'x'.repeat(300)}`],
  ['no text that a filter could match', 'cmd.\ud800'],
])(
  'an event whose type is %s is refused for good by a topic, which would let it pass by everybody',
  async (_, type) => {
    const createSender = vi.fn();
    const publisher = serviceBusPublisher({ client: { createSender }, topic: 'orders' });
    const event = { specversion: '1.0' as const, id: 'p/1', source: '/o', subject: 'p', type };
    await expect(publisher.publish([event])).rejects.toMatchObject({
      failed: [{ id: 'p/1', retryable: false, reason: expect.stringContaining('type') }],
    });
    expect(createSender).not.toHaveBeenCalled();
  },
);
