import type { CommandContract } from '@xorca/core';
import { type SchemaResult, type StandardSchema, XorcaError } from '@xorca/core';
import type { Territory } from './explore-options.ts';
import { sampleData } from './sample-data.ts';

/** Data that a contract refused, so that the walk does without it. */
export interface RefusedData {
  /** `evt.approval.given`, `success of cmd.stock.reserve`, `inputs`. */
  readonly of: string;
  readonly data: unknown;
  /** Why, beginning with the path. */
  readonly fault: string;
  /** Whether it was given or made up. */
  readonly given: boolean;
}

/** The data to try, each held against its contract once. */
export interface Alternatives {
  readonly inputs: () => readonly unknown[];
  readonly event: (type: string) => readonly unknown[];
  readonly answer: (command: string, ok: boolean) => readonly unknown[];
  readonly refused: readonly RefusedData[];
}

/** What may come in, from the options or made up. */
export function alternatives({ orchestrator, version, machine, options }: Territory): Alternatives {
  const { inputs, events = {}, answers = {} } = options;
  const refused: RefusedData[] = [];
  const known = new Map<string, readonly unknown[]>();
  const contracts = new Map<string, CommandContract>(machine.commands.map((each) => [each.type, each]));

  function choose(
    of: string,
    given: readonly unknown[] | undefined,
    type: string | undefined,
  ): readonly unknown[] {
    const before = known.get(of);
    if (before) return before;
    const schema = type === undefined ? undefined : orchestrator.contract(type, version);
    const wanted = given ?? (schema && sampleData(schema)) ?? [{}];
    const chosen = wanted.filter((data) => {
      const fault = schema && faultOf(schema, data, of);
      if (fault !== undefined) refused.push({ of, data, fault, given: given !== undefined });
      return fault === undefined;
    });
    known.set(of, chosen);
    return chosen;
  }

  return {
    refused,
    inputs: () => choose('inputs', inputs, orchestrator.startType),
    event: (type) => choose(type, events[type], type),
    answer(command, ok) {
      const contract = contracts.get(command);
      const given = answers[command];
      return ok
        ? choose(`success of ${command}`, given?.success, contract?.success)
        : choose(`error of ${command}`, given?.error, contract?.failure);
    },
  };
}

function faultOf(schema: StandardSchema, data: unknown, of: string): string | undefined {
  const result: SchemaResult<unknown> | Promise<SchemaResult<unknown>> = schema['~standard'].validate(data);
  if (result instanceof Promise) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `The schema of ${of} is asynchronous; a walk cannot wait for it. Give it a synchronous one.`,
    );
  }
  const issue = result.issues?.[0];
  if (!issue) return undefined;
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return `${['data', ...path].join('.')}: ${issue.message}`;
}
