import { XorcaError } from '../errors.ts';
import { conclude, type Delivery, type Result, settle } from './settle.ts';
import type { Work } from './work.ts';

/** What becomes of deliveries that were thrown back, each as a sentence. */
export interface ThrownBack {
  /** Of one that may be taken later. */
  readonly failed: string;
  /** Of one that can never be taken. */
  readonly rejected: string;
}

/** Takes what came by an invocation whose only answer is to throw: it then comes again, all of it, and in the end is put aside. */
export async function takeOrThrow(
  work: Work,
  trigger: string,
  deliveries: readonly Delivery[],
  deadlineAt: number,
  next: ThrownBack,
): Promise<undefined> {
  const results = await settle(work, deliveries, deadlineAt);
  const again = await conclude(work, deliveries, results);
  const first = results.find((_, at) => again[at]);
  if (!first || first.kind === 'settled') return undefined;
  const count = again.filter(Boolean).length;
  const of = count > 1 ? ` (the first of ${count})` : '';
  throw new XorcaError(
    first.error.code,
    `${named(first)} from ${trigger}${of} was not taken: ${first.error.code}: ${first.error.message} ${next[first.kind]}`,
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
