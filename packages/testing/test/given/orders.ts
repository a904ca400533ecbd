import { orderPlaced } from '../../../../examples/order-saga/src/contracts.ts';
import { orders } from '../../../../examples/order-saga/src/orchestrator.ts';
import { given } from '../../src/index.ts';

/** A large order, which a person must approve. */
export const LARGE = { item: 'organ', quantity: 1, amount: 900_000, card: 'valid', city: 'Passau' };

/** The order saga of the examples, once a large order was placed. */
export const placed = given(orders, { id: 'o', now: '2026-01-05T09:00:00Z' }).startedBy(orderPlaced, LARGE);

/** The same with an order that nobody need approve. */
export const placedSmall = given(orders, { id: 'o' }).startedBy(orderPlaced, { ...LARGE, amount: 1_000 });
