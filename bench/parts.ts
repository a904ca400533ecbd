import { awsColdStart } from './aws/cold-start.ts';
import { awsStores } from './aws/stores.ts';
import { azureColdStart } from './azure/cold-start.ts';
import { azureStores } from './azure/stores.ts';
import { codec } from './codec.ts';
import { durable } from './durable.ts';
import { growth } from './growth.ts';
import { inFlight } from './in-flight.ts';
import type { Row } from './row.ts';
import { simulation } from './simulation.ts';
import { size } from './size.ts';
import { steps } from './steps.ts';
import { timers } from './timers.ts';

/** What is measured, in order. */
export const PARTS: Readonly<Record<string, () => Promise<Row[]>>> = {
  '(a) Steps in memory': steps,
  '(b, c) Durable steps and whole processes': durable,
  '(d) Many processes, long lives': growth,
  '(e) Size': size,
  '(f) Compression and encryption': codec,
  '(g) Many commands in flight': inFlight,
  '(h) Many pending timers': timers,
  '(i) Simulation': simulation,
  '(j) Stores of AWS, an event at the wire': awsStores,
  '(k) Cold start on AWS': awsColdStart,
  '(l) Stores of Azure, an event at the wire': azureStores,
  '(m) Cold start on Azure': azureColdStart,
};
