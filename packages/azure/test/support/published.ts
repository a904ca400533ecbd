import type { CloudEvent, FailedPublish } from '@xorca/core';

/** An event of a process. */
export const event = {
  specversion: '1.0',
  id: 'p/1',
  source: '/orch',
  type: 'cmd.books.fetch',
  subject: 'p',
} as CloudEvent;

/** What a publisher says it did not send. */
export const failedOf = (publishing: Promise<void>): Promise<readonly FailedPublish[]> =>
  publishing.then(
    () => [],
    (error: { failed?: readonly FailedPublish[] }) => {
      if (!error.failed) throw error;
      return error.failed;
    },
  );
/** That the event goes later, and why. */
export const later = (reason: unknown) => [{ id: 'p/1', retryable: true, reason }];
