import { XorcaError } from './errors.ts';

/** A schema of any library that speaks Standard Schema (zod, valibot, arktype): only the part used here. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
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

/** An event type and the shape of its data. */
export interface EventContract<Data = unknown> {
  readonly type: string;
  readonly data: StandardSchema<Data>;
}

/**
 * A typed event: its type and a Standard Schema for its data.
 *
 * @example
 * const requested = defineEvent('cmd.literature.summarise', { data: z.object({ bookId: z.string() }) })
 */
export function defineEvent<Data>(
  type: string,
  shape: { readonly data: StandardSchema<Data> },
): EventContract<Data> {
  if (typeof type !== 'string' || type === '') {
    throw new XorcaError('XORCA_CONFIG', 'defineEvent needs an event type, e.g. "evt.books.fetch.success".');
  }
  if (typeof shape?.data?.['~standard']?.validate !== 'function') {
    throw new XorcaError(
      'XORCA_CONFIG',
      `The data of event ${type} must be a Standard Schema, e.g. of zod, valibot or arktype.`,
    );
  }
  return { type, data: shape.data };
}

/** The data as its contract wants it, or the first fault, beginning with the field's name. */
export async function validateData(
  contract: EventContract,
  data: unknown,
): Promise<{ readonly value: unknown } | { readonly fault: string }> {
  const pending = contract.data['~standard'].validate(data);
  const result = pending instanceof Promise ? await pending : pending;
  if (!result.issues) return { value: result.value };
  const issue = result.issues[0];
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return { fault: `${['data', ...path].join('.')}: ${issue?.message ?? 'does not fit its contract'}` };
}
