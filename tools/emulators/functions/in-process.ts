import { type FunctionsCore, installCore, type LogLine } from './functions-core.ts';
import type { FunctionsHost } from './host.ts';

/** The functions of this process. */
export interface InProcessFunctions extends FunctionsHost {
  /** `app` of `@azure/functions`: what is registered with it is found in `functions`. */
  readonly app: typeof import('@azure/functions').app;
  /** What was logged since the start, or since `clear`. */
  readonly lines: readonly LogLine[];
  /** Forgets functions and lines, so that names can be used again. */
  clear(): void;
}

interface Shared {
  readonly core: FunctionsCore;
  readonly lines: LogLine[];
}

// The package keeps the core that it found first, also where a test runner loads this module again.
const KEY = Symbol.for('xorca.functions-core');
const owner = globalThis as { [KEY]?: Shared };

function makeShared(): Shared {
  const lines: LogLine[] = [];
  return { core: installCore((line) => lines.push(line)), lines };
}

/**
 * Makes `@azure/functions` of this process register functions and invoke them here, in the steps of the worker. To be awaited
 * before the first function is registered, since the package asks for its core then. `settings` are those of the app.
 *
 * @example
 * const { app, invoke } = await inProcessFunctions()
 * app.serviceBusQueue('orders', { queueName: 'orders', connection: 'Bus', handler })
 * await invoke('orders', serviceBusInput([message]))
 */
export async function inProcessFunctions(
  settings: FunctionsHost['settings'] = {},
): Promise<InProcessFunctions> {
  owner[KEY] ??= makeShared();
  const { core, lines } = owner[KEY];
  const { functions, invoke, clear } = core;
  const { app } = await import('@azure/functions');
  return {
    app,
    functions,
    settings,
    lines,
    invoke: (name, input) => invoke(name, input, crypto.randomUUID()),
    clear() {
      clear();
      lines.length = 0;
    },
  };
}
