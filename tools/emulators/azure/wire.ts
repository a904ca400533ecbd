import { startWireOf, type Wire } from '../wire.ts';
import { actionOf, throttlingOf } from './wire-protocol.ts';

/** Starts a proxy before a service of Azure. Its endpoint has the path of the service's: a signature covers that, and not the host. */
export async function startWire(service: string): Promise<Wire> {
  const wire = await startWireOf(service, { actionOf, throttlingOf, jsonType: 'application/json' });
  const { pathname } = new URL(service);
  return pathname === '/' ? wire : { ...wire, endpoint: wire.endpoint + pathname };
}
