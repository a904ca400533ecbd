import type { LogLine } from '../../../../tools/emulators/functions/functions-core.ts';
import { inProcessFunctions } from '../../../../tools/emulators/functions/in-process.ts';
import type {
  RegisteredFunction,
  RpcData,
  RpcHttp,
  RpcMetadata,
} from '../../../../tools/emulators/functions/rpc.ts';

export type { RpcData, RpcHttp, RpcMetadata };

// The programming model itself, registering and invoking in this process.
const host = await inProcessFunctions();

/** `app` of `@azure/functions`. */
export const { app } = host;

/** Forgets what was registered, registers anew, and gives what there is then. */
export function registered(register: () => void): ReadonlyMap<string, RegisteredFunction> {
  host.clear();
  register();
  return new Map(host.functions);
}

/** What is registered; it is forgotten then. */
export function taken(): ReadonlyMap<string, RegisteredFunction> {
  const found = new Map(host.functions);
  host.clear();
  return found;
}

/** Invokes a function as the worker does; throws what it throws. */
export async function invoke(
  name: string,
  data: RpcData,
  triggerMetadata: RpcMetadata = {},
): Promise<{ readonly http?: RpcHttp; readonly log: readonly LogLine[] }> {
  const before = host.lines.length;
  const { returnValue } = await host.invoke(name, { data, triggerMetadata });
  const http = returnValue?.http;
  return {
    log: host.lines.slice(before).filter(({ category }) => category === 'user'),
    ...(http ? { http } : {}),
  };
}
