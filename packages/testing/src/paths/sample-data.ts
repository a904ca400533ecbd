import type { StandardSchema } from '@xorca/core';

interface JsonSchema {
  readonly [keyword: string]: unknown;
}

// Enough to see each branch of a guard on an enumeration; more would multiply the walk.
const MAX_SAMPLES = 10;
const MAX_DEPTH = 8;

/**
 * Data that a schema takes, by its JSON Schema: each value of a boolean and an enumeration once, the smallest number and text that
 * fits. Undefined: the schema does not say (Standard JSON Schema; zod does from 4.2 on).
 */
export function sampleData(schema: StandardSchema): readonly unknown[] | undefined {
  const json = jsonSchemaOf(schema);
  return json && samples(json, json, 0).slice(0, MAX_SAMPLES);
}

function jsonSchemaOf(schema: StandardSchema): JsonSchema | undefined {
  const { jsonSchema } = schema['~standard'] as {
    readonly jsonSchema?: { input(options: { readonly target: string }): JsonSchema };
  };
  try {
    return jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    // Not every schema can be said in JSON Schema.
    return undefined;
  }
}

function samples(schema: JsonSchema, root: JsonSchema, depth: number): readonly unknown[] {
  if (depth > MAX_DEPTH) return [null];
  const below = (inner: unknown) => samples((inner ?? {}) as JsonSchema, root, depth + 1);
  if (typeof schema['$ref'] === 'string') return below(referred(root, schema['$ref']));
  if ('const' in schema) return [schema['const']];
  if (Array.isArray(schema['enum'])) return schema['enum'];
  for (const keyword of ['anyOf', 'oneOf']) {
    const choices = schema[keyword];
    if (Array.isArray(choices)) return choices.flatMap(below);
  }
  if (Array.isArray(schema['allOf'])) {
    const parts = schema['allOf'].map((part) => below(part)[0]);
    return [parts.every(isObject) ? Object.assign({}, ...parts) : parts[0]];
  }
  switch ([schema['type']].flat()[0]) {
    case 'boolean':
      return [true, false];
    case 'null':
      return [null];
    case 'integer':
    case 'number':
      return [numberFor(schema)];
    case 'string':
      return [textFor(schema)];
    case 'array': {
      const items = Array.isArray(schema['prefixItems'])
        ? schema['prefixItems'].map((item) => below(item)[0])
        : Array.from(
            { length: Math.max(1, Number(schema['minItems'] ?? 0)) },
            () => below(schema['items'])[0],
          );
      return [items];
    }
    case 'object':
      return objectsFor(schema, below);
    default:
      return [{}];
  }
}

/** One object, and then others that differ from it in one property: all combinations would be too many. */
function objectsFor(schema: JsonSchema, below: (inner: unknown) => readonly unknown[]): readonly unknown[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  const choices = properties.map(([name, inner]) => [name, below(inner)] as const);
  const base = Object.fromEntries(
    choices.flatMap(([name, [first]]) => (required.has(name) ? [[name, first]] : [])),
  );
  const others = choices.flatMap(([name, values]) =>
    (required.has(name) ? values.slice(1) : values).map((value) => ({ ...base, [name]: value })),
  );
  return [base, ...others];
}

function numberFor(schema: JsonSchema): number {
  const least = bound(schema, 'minimum', 0) ?? bound(schema, 'exclusiveMinimum', 1);
  const most = bound(schema, 'maximum', 0) ?? bound(schema, 'exclusiveMaximum', -1);
  const step = Number(schema['multipleOf'] ?? 0);
  const wanted = Math.min(Math.max(1, least ?? 1), most ?? 1_000_000);
  return step > 0 ? Math.ceil(wanted / step) * step : wanted;
}

function bound(schema: JsonSchema, keyword: string, shift: number): number | undefined {
  const value = schema[keyword];
  return typeof value === 'number' ? value + shift : undefined;
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  uri: 'https://example.com',
  url: 'https://example.com',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function textFor(schema: JsonSchema): string {
  const format = FORMATS[String(schema['format'])];
  if (format !== undefined) return format;
  const most = Number(schema['maxLength'] ?? Number.POSITIVE_INFINITY);
  return 'text'.padEnd(Number(schema['minLength'] ?? 0), 't').slice(0, most);
}

function referred(root: JsonSchema, ref: string): unknown {
  return ref
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .reduce<unknown>(
      (at, part) => (at as JsonSchema | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
      root,
    );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
