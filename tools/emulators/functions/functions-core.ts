import Module from 'node:module';
import { type Input, type Output, type RegisteredFunction, triggerName } from './rpc.ts';

/** A line that the programming model or a function logged. */
export interface LogLine {
  readonly level: string;
  /** 'user' for what a function logged. */
  readonly category: string;
  readonly text: string;
}

/** The part of the worker that `@azure/functions` talks to, in this process. */
export interface FunctionsCore {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** Ends the start of the app: what is registered later is refused, as the worker does. */
  started(): Promise<void>;
  invoke(name: string, input: Input, invocationId: string): Promise<Output>;
  /** Forgets every function, so that names can be used again. */
  clear(): void;
}

type Callback = (...inputs: unknown[]) => unknown;

interface Model {
  getInvocationModel(context: object): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<Readonly<Record<string, string>>>;
}

interface InvocationModel {
  getArguments(): Promise<{ readonly context: object; readonly inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<Output>;
}

interface Metadata {
  readonly name: string;
  readonly bindings: RegisteredFunction['bindings'];
}

interface Hooked {
  inputs: unknown[];
  functionCallback: Callback;
  result: unknown;
  error: unknown;
}

type Hook = (context: object) => unknown;

/** Makes the module `@azure/functions-core` for this process, which only exists within the worker of Azure Functions. */
export function installCore(log: (line: LogLine) => void): FunctionsCore {
  const registered = new Map<string, RegisteredFunction & { metadata: Metadata; callback: Callback }>();
  const hooks = new Map<string, Hook[]>();
  const appHookData = {};
  let model: Model | undefined;
  let isStarted = false;

  async function execute(name: string, context: object): Promise<void> {
    for (const hook of hooks.get(name) ?? []) await hook(context);
  }

  // Its names and rules: https://github.com/Azure/azure-functions-nodejs-worker/blob/v4.x/src/setupCoreModule.ts
  const api = {
    version: '4.0.0',
    hostVersion: '4.1036.0',
    registerFunction(metadata: Metadata, callback: Callback) {
      const { name, bindings } = metadata;
      if (isStarted) throw new Error('A function can only be registered during app startup.');
      if (registered.has(name)) throw new Error(`A function with id "${name}" has already been registered.`);
      const trigger = bindings[triggerName(bindings)] as RegisteredFunction['trigger'];
      registered.set(name, { name, trigger, bindings, metadata, callback });
      return new api.Disposable(() => void registered.delete(name));
    },
    registerHook(name: string, hook: Hook) {
      const list = hooks.get(name) ?? [];
      hooks.set(name, list);
      list.push(hook);
      return new api.Disposable(() => void list.splice(list.indexOf(hook), 1));
    },
    setProgrammingModel(given: Model) {
      model = given;
    },
    getProgrammingModel: () => model,
    log: (level: string, category: string, text: string) => log({ level, category, text }),
    Disposable: class {
      readonly dispose: () => void;
      constructor(dispose: () => void) {
        this.dispose = dispose;
      }
    },
  };
  supply('@azure/functions-core', api);

  return {
    functions: registered,
    async started() {
      isStarted = true;
      const { HttpUri } = (await model?.getCapabilities({})) ?? {};
      if (HttpUri) throw new Error('This host has no HTTP streams: leave enableHttpStream off.');
      await execute('appStart', { hookData: {}, appHookData, functionAppDirectory: process.cwd() });
    },
    // In the steps of https://github.com/Azure/azure-functions-nodejs-worker/blob/v4.x/src/eventHandlers/InvocationHandler.ts
    async invoke(name, { data, triggerMetadata = {}, retryContext }, invocationId) {
      const found = registered.get(name);
      if (!found || !model)
        throw new Error(`Function code for '${name}' is not loaded and cannot be invoked.`);
      const inputData = [{ name: triggerName(found.bindings), data }];
      const invocation = model.getInvocationModel({
        invocationId,
        metadata: found.metadata,
        request: { invocationId, inputData, triggerMetadata, retryContext },
        log: (level: string, category: string, text: string) => log({ level, category, text }),
      });
      const { context, inputs } = await invocation.getArguments();
      const hooked: Hooked = { inputs, functionCallback: found.callback, result: null, error: null };
      Object.assign(hooked, { hookData: {}, appHookData, invocationContext: context });
      await execute('preInvocation', hooked);
      try {
        hooked.result = await invocation.invokeFunction(context, hooked.inputs, hooked.functionCallback);
      } catch (error) {
        hooked.error = error;
      }
      await execute('postInvocation', hooked);
      // A function that throws nothing at all has succeeded: `isError` of the worker's errors.ts.
      if (hooked.error !== null && hooked.error !== undefined) throw hooked.error;
      return invocation.getResponse(context, hooked.result);
    },
    clear() {
      registered.clear();
    },
  };
}

/** Answers `require(name)` with a module of our own, by the means of the worker: no other loader knows of it. */
function supply(name: string, api: object): void {
  const { prototype } = Module as unknown as { prototype: { require(this: unknown, id: string): unknown } };
  const { require } = prototype;
  prototype.require = function (id) {
    return id === name ? api : require.call(this, id);
  };
}
