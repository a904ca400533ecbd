import type { CloudEvent } from './cloud-event.ts';
import { XorcaError } from './errors.ts';

/**
 * A schema of any library that speaks Standard Schema (zod, valibot, arktype): only the part used here. `Input` is what goes
 * over the wire, `Output` what a schema makes of it (defaults filled in, texts turned into numbers).
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema answers. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: ReadonlyArray<{
        readonly message: string;
        readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
      }>;
    };

/** What one writes to fit a schema. */
export type InputOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['input'];

/** What one reads once a schema has passed it. */
export type OutputOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output'];

/** An event type and the shape of its data. */
export interface EventContract<Type extends string = string, Data extends StandardSchema = StandardSchema> {
  readonly type: Type;
  readonly data: Data;
}

/** The event a machine takes for a contract: `setup({ types: { events: {} as EventOf<typeof approval> } })`. */
export type EventOf<Contract extends EventContract> =
  Contract extends EventContract<infer Type, infer Data>
    ? {
        readonly type: Type;
        readonly data: OutputOf<Data>;
        readonly cloudevent: CloudEvent<OutputOf<Data>>;
      }
    : never;

/** The event a machine emits for a contract: `setup({ types: { emitted: {} as EmittedOf<typeof done> } })`. */
export type EmittedOf<Contract extends EventContract> =
  Contract extends EventContract<infer Type, infer Data>
    ? { readonly type: Type; readonly data: InputOf<Data> }
    : never;

/**
 * A typed event that answers no command: its type and a Standard Schema for its data. `XORCA_CONFIG` when either is none.
 * Given to `createOrchestrator({ events })` it is held against what comes in and what `emit` sends out.
 *
 * @example
 * const approval = defineEvent('evt.approval.given', { data: z.object({ by: z.string() }) })
 */
export function defineEvent<const Type extends string, Data extends StandardSchema>(
  type: Type,
  shape: { readonly data: Data },
): EventContract<Type, Data> {
  if (typeof type !== 'string' || type === '') {
    throw new XorcaError('XORCA_CONFIG', 'defineEvent needs an event type, e.g. "evt.books.fetch.success".');
  }
  assertSchema(shape?.data, `The data of event ${type}`);
  return { type, data: shape.data };
}

/** Throws `XORCA_CONFIG` unless `schema` speaks Standard Schema. */
export function assertSchema(schema: StandardSchema | undefined, what: string): void {
  if (typeof schema?.['~standard']?.validate === 'function') return;
  throw new XorcaError('XORCA_CONFIG', `${what} must be a Standard Schema, e.g. of zod, valibot or arktype.`);
}

/** A value as its schema wants it, or the first fault, beginning with the path. */
export type Checked = { readonly value: unknown } | { readonly fault: string };

/** Holds a value against a schema, which may take its time. */
export async function validate(schema: StandardSchema, value: unknown, path = 'data'): Promise<Checked> {
  return checkedOf(await schema['~standard'].validate(value), path);
}

/** The same where nothing can be waited for; `XORCA_CONFIG` when the schema answers with a promise. */
export function validateNow(schema: StandardSchema, value: unknown, what: string): Checked {
  const result = schema['~standard'].validate(value);
  if (!(result instanceof Promise)) return checkedOf(result, 'data');
  throw new XorcaError(
    'XORCA_CONFIG',
    `The schema of ${what} is asynchronous, but what a machine sends is checked within its step. Give it a synchronous one.`,
  );
}

function checkedOf(result: SchemaResult<unknown>, from: string): Checked {
  if (!result.issues) return { value: result.value };
  const issue = result.issues[0];
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return { fault: `${[from, ...path].join('.')}: ${issue?.message ?? 'does not fit its contract'}` };
}
