import { info, type Row } from '../row.ts';
import { PRICES } from './prices.ts';

/** A message sent, received and settled. */
const QUEUE_CALLS = 3;
/** An event published and delivered. */
const GRID_CALLS = 2;

/** What a command and its answer cost on their way, each alone in its call: counted by how Azure bills. */
export function ways(): Row[] {
  const way = (name: string, calls: number, price: number) => [
    info(`${name}: a command and its answer on their way, counted`, 2 * calls, 'operations'),
    info('  a million of them', 2 * calls * price, '$'),
  ];
  return [
    ...way('Storage Queue', QUEUE_CALLS, PRICES.queue),
    ...way('Event Grid', GRID_CALLS, PRICES.eventGrid),
    ...way('Service Bus, Standard', QUEUE_CALLS, PRICES.serviceBus),
  ];
}
