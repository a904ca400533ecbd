/** A value as the host sends it to its worker, and back: https://github.com/Azure/azure-functions-language-worker-protobuf */
export interface RpcData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly collectionString?: { readonly string: readonly string[] };
  readonly collectionBytes?: { readonly bytes: readonly Uint8Array[] };
  readonly collectionSint64?: { readonly sint64: readonly number[] };
  readonly http?: RpcHttp;
}

/** A request, or the response to it. */
export interface RpcHttp {
  readonly method?: string;
  readonly url?: string;
  readonly nullableHeaders?: RpcTexts;
  readonly nullableParams?: RpcTexts;
  readonly nullableQuery?: RpcTexts;
  readonly body?: RpcData;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly object[];
}

/** Texts by their names: the worker asks for them in this form, and an empty one is told from none by it. */
export type RpcTexts = Readonly<Record<string, { readonly value: string }>>;

/** What the host tells of the trigger, beside its input; names as .NET writes them, and camel case in the function. */
export type RpcMetadata = Readonly<Record<string, RpcData>>;

/** Says in an invocation that a retry policy of the function made it. */
export interface RpcRetry {
  readonly retryCount: number;
  readonly maxRetryCount: number;
}

/** What triggers an invocation. */
export interface Input {
  readonly data: RpcData;
  readonly triggerMetadata?: RpcMetadata;
  readonly retryContext?: RpcRetry;
}

/** What a function answered. */
export interface Output {
  /** Of any trigger but HTTP what the handler returned; of HTTP its response. */
  readonly returnValue?: RpcData | null;
  /** The values of its output bindings. */
  readonly outputData?: ReadonlyArray<{ readonly name: string; readonly data: RpcData }>;
}

/** A binding as it was registered, with its direction. */
export interface Binding extends Readonly<Record<string, unknown>> {
  readonly type: string;
  readonly direction: string;
  /** Of a trigger: 'one' or 'many' messages in an invocation. */
  readonly cardinality?: unknown;
  /** 'string' or 'binary'; not among the types of `@azure/functions`, and heeded by the host. */
  readonly dataType?: unknown;
}

/** A function as it was registered. */
export interface RegisteredFunction {
  readonly name: string;
  readonly trigger: Binding;
  /** All bindings, also the trigger, by their names. */
  readonly bindings: Readonly<Record<string, Binding>>;
}

/** The name of the trigger among the bindings. */
export function triggerName(bindings: RegisteredFunction['bindings']): string {
  const name = Object.keys(bindings).find((each) => /trigger$/i.test(bindings[each]?.type ?? ''));
  if (name === undefined) throw new Error('A function without a trigger cannot be registered.');
  return name;
}
