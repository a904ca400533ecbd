import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Data as the host sends it to its worker. */
export type RpcData =
  | { readonly string: string }
  | { readonly json: string }
  | { readonly bytes: Uint8Array }
  | { readonly collectionString: { readonly string: readonly string[] } }
  | { readonly collectionBytes: { readonly bytes: readonly Uint8Array[] } }
  | { readonly http: object };

interface Registered {
  readonly metadata: {
    readonly name: string;
    readonly bindings: Readonly<
      Record<string, Readonly<Record<string, unknown>> & { readonly type: string }>
    >;
  };
  readonly callback: (...inputs: unknown[]) => unknown;
}

interface Core {
  readonly functions: Map<string, Registered>;
  getProgrammingModel(): {
    getInvocationModel(context: object): {
      getArguments(): Promise<{ readonly context: object; readonly inputs: unknown[] }>;
      invokeFunction(context: object, inputs: unknown[], callback: Registered['callback']): Promise<unknown>;
      getResponse(
        context: object,
        result: unknown,
      ): Promise<{ readonly returnValue?: { readonly http?: HttpAnswer } }>;
    };
  };
}

/** An answer by HTTP, as it goes back to the host. */
export interface HttpAnswer {
  readonly statusCode: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly string?: string; readonly bytes?: Uint8Array };
}

/** A line that a function logged. */
export interface LogLine {
  readonly level: string;
  readonly text: string;
}

const CORE = join(import.meta.dirname, 'functions-core.cjs');
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@azure/functions-core'
      ? { url: pathToFileURL(CORE).href, format: 'commonjs', shortCircuit: true }
      : next(specifier, context),
});
const require = createRequire(import.meta.url);
const core = require(CORE) as Core;

/** The programming model itself, on the core above. */
export const { app } = require('@azure/functions') as typeof import('@azure/functions');

/** What was registered, and removes it. */
export function registered(): ReadonlyMap<string, Registered> {
  const found = new Map(core.functions);
  core.functions.clear();
  return found;
}

/** Invokes a function as the worker does; throws what it throws. */
export async function invoke(
  { metadata, callback }: Registered,
  data: RpcData,
  triggerMetadata: Readonly<Record<string, RpcData>> = {},
): Promise<{ readonly http?: HttpAnswer; readonly log: readonly LogLine[] }> {
  const log: LogLine[] = [];
  const [name] = Object.entries(metadata.bindings).find(([, { type }]) => /trigger$/i.test(type)) ?? [''];
  const model = core.getProgrammingModel().getInvocationModel({
    invocationId: crypto.randomUUID(),
    metadata,
    request: { inputData: [{ name, data }], triggerMetadata },
    log: (level: string, _: string, text: string) => void log.push({ level, text }),
  });
  const { context, inputs } = await model.getArguments();
  const result = await model.invokeFunction(context, inputs, callback);
  const { returnValue } = await model.getResponse(context, result);
  return { log, ...(returnValue?.http ? { http: returnValue.http } : {}) };
}
