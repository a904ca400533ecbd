import type { StandardSchema } from '@xorca/core';

/** A schema of an object with these fields, all of them texts: as any library makes it, without needing one. */
export function texts<const Field extends string>(
  ...fields: readonly Field[]
): StandardSchema<Readonly<Record<Field, string>>> {
  const fits = (value: unknown): value is Record<Field, string> =>
    fields.every((field) => typeof (value as Record<string, unknown> | undefined)?.[field] === 'string');
  const issues = [{ message: `must have ${fields.join(', ')} as text` }];
  const validate = (value: unknown) => (fits(value) ? { value } : { issues });
  return { '~standard': { version: 1, vendor: 'xorca', validate } };
}
