import { startWireOf, type Wire } from '../wire.ts';
import { actionOf, throttlingOf } from './wire-protocol.ts';

/** Starts a proxy before a service of AWS. */
export function startWire(service: string): Promise<Wire> {
  return startWireOf(service, { actionOf, throttlingOf, jsonType: 'application/x-amz-json-1.0' });
}
