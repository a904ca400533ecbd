import type { PublisherCase } from './publisher-case.ts';
import { failureCases } from './publisher-failure-cases.ts';
import { sendingCases } from './publisher-sending-cases.ts';
import { cases } from './unshown.ts';

export type { MakePublisher, PublisherCase, PublisherUnderTest, RefuseEvents } from './publisher-case.ts';

/**
 * What every `EventPublisher` must do, as cases for any test runner. A case asks for one publisher on an empty bus and for what
 * came out at its other end; it waits, at most about two seconds, where a bus delivers late. Duplicates are let pass: buses deliver
 * at least once. A case that needs the bus to refuse events shows nothing without, and says so in its name.
 *
 * @example
 * for (const { name, run } of publisherContract) it(name, () => run(() => busWithConsumer()))
 */
export const publisherContract: readonly PublisherCase[] = cases([...sendingCases, ...failureCases]);
