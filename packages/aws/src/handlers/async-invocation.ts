import { XorcaError } from '@xorca/core';
import { conclude, type Delivery, type Result, settle } from './settle.ts';
import type { Work } from './work.ts';

/** Takes what came by an asynchronous invocation, whose only answer is to throw: Lambda then invokes again, and in the end puts it aside. */
export async function takeOrThrow(
  work: Work,
  trigger: string,
  deliveries: readonly Delivery[],
  deadlineAt: number,
): Promise<undefined> {
  const results = await settle(work, deliveries, deadlineAt);
  const again = await conclude(work, deliveries, results);
  const first = results.find((_, at) => again[at]);
  if (!first || first.kind === 'settled') return undefined;
  const count = again.filter(Boolean).length;
  const of = count > 1 ? ` (the first of ${count})` : '';
  throw new XorcaError(
    first.error.code,
    `${named(first)} from ${trigger}${of} was not taken: ${first.error.code}: ${first.error.message} ${then(first)}`,
    {
      retryable: first.kind === 'failed',
      ...(first.error.processId === undefined ? {} : { processId: first.error.processId }),
    },
  );
}

type Untaken = Exclude<Result, { kind: 'settled' }>;

function named({ event, error }: Untaken): string {
  const { type, id }: { type?: unknown; id?: unknown } = event ?? {};
  const of = error.processId === undefined ? '' : ` for process ${JSON.stringify(error.processId)}`;
  if (typeof type !== 'string' || typeof id !== 'string') return `A delivery${of}`;
  return `Event ${JSON.stringify(type.slice(0, 200))} with id ${JSON.stringify(id.slice(0, 200))}${of}`;
}

function then({ kind }: Untaken): string {
  return kind === 'failed'
    ? 'Lambda tries again.'
    : 'It can never be taken, so look for it at the on-failure destination of this function.';
}
