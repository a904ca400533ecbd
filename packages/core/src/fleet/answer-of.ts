import { type CloudEvent, describeEvent, invalid } from '../cloud-event.ts';
import { type Checked, type StandardSchema, validate } from '../contract.ts';
import { jsonFault } from '../engine/json-fault.ts';
import { messageOf, XorcaError, type XorcaErrorCode } from '../errors.ts';
import { isLarger } from '../event-size.ts';
import { answerTo } from './answer-event.ts';
import type { CommandCall } from './command-call.ts';
import { CommandError, isCommandError } from './command-error.ts';
import type { CommandContext } from './on-command.ts';

/** What became of a command in its handler. Only an answer may leave the fleet. */
export type Answered =
  | { readonly kind: 'answer'; readonly answer: CloudEvent; readonly succeeded: boolean }
  | { readonly kind: 'rejected' | 'failed'; readonly error: XorcaError };

export interface AnswerSettings {
  /** `source` of the answer. */
  readonly source: string;
  /** Largest event the publisher takes, in bytes of JSON. */
  readonly maxAnswerBytes: number | undefined;
  readonly now: () => number;
}

/** Leads a command through its contract and handler to its answer. Never throws. `until`: epoch ms, for the handler to know. */
export async function answerOf(
  call: CommandCall,
  settings: AnswerSettings,
  until: number,
): Promise<Answered> {
  const { contract, carryOut } = call.handler;
  try {
    const input = await held(call, contract.input, call.event.data, 'input');
    if ('fault' in input) return { kind: 'rejected', error: invalid(call.event, input.fault) };
    const result = await ending(() => carryOut(input.value, contextOf(call, until)));
    if ('thrown' in result) return { kind: 'failed', error: handlerError(call, result.thrown) };
    const { succeeded, data } = result;
    const schema = succeeded ? contract.output : contract.error;
    const type = succeeded ? contract.success : contract.failure;
    return { kind: 'answer', succeeded, answer: await answer(call, settings, { schema, type, data }) };
  } catch (error) {
    return { kind: 'failed', error: error as XorcaError };
  }
}

function contextOf({ event, processId, signal }: CommandCall, until: number): CommandContext {
  return {
    event,
    processId,
    idempotencyKey: `${event.source} ${typeof event['commandid'] === 'string' ? event['commandid'] : event.id}`,
    signal,
    ...(until < Number.POSITIVE_INFINITY ? { deadlineAt: until } : {}),
    fail(data) {
      throw new CommandError(data);
    },
  };
}

type Ending = { readonly succeeded: boolean; readonly data: unknown } | { readonly thrown: unknown };

async function ending(carryOut: () => unknown): Promise<Ending> {
  try {
    return { succeeded: true, data: await carryOut() };
  } catch (thrown) {
    return isCommandError(thrown) ? { succeeded: false, data: thrown.data } : { thrown };
  }
}

async function answer(
  call: CommandCall,
  { source, now, maxAnswerBytes }: AnswerSettings,
  {
    schema,
    type,
    data,
  }: { readonly schema: StandardSchema | undefined; readonly type: string; readonly data: unknown },
): Promise<CloudEvent> {
  const wire = overTheWire(call, type, data);
  const checked = schema && (await held(call, schema, wire, type));
  if (checked && 'fault' in checked)
    throw broken(call, `its answer ${type} does not fit it: ${checked.fault}`);
  const event = answerTo(call.event, { source, type, data: wire, now: now(), trace: call.trace });
  if (maxAnswerBytes !== undefined && isLarger(event, maxAnswerBytes)) {
    throw failure(
      call,
      'XORCA_EVENT_TOO_LARGE',
      `was answered with more than the ${maxAnswerBytes} bytes its publisher takes. Store the large part and answer with a reference`,
    );
  }
  return event;
}

// A copy, and of what others will read: the handler may go on changing what it returned.
function overTheWire(call: CommandCall, type: string, data: unknown): unknown {
  if (data === undefined) return undefined;
  let fault: string | undefined;
  try {
    fault = jsonFault(data, 'data');
    if (fault === undefined) return JSON.parse(JSON.stringify(data));
  } catch (cause) {
    fault = `data cannot be written as JSON (${messageOf(cause)})`;
  }
  throw broken(call, `its answer ${type} is no plain JSON: ${fault}`);
}

async function held(
  call: CommandCall,
  schema: StandardSchema,
  value: unknown,
  what: string,
): Promise<Checked> {
  try {
    return await validate(schema, value);
  } catch (cause) {
    throw broken(call, `the schema for ${what} threw: ${messageOf(cause)}`, cause);
  }
}

function broken(call: CommandCall, what: string, cause?: unknown): XorcaError {
  return failure(call, 'XORCA_CONTRACT', `breaks its contract: ${what}`, cause);
}

function handlerError(call: CommandCall, thrown: unknown): XorcaError {
  return failure(call, 'XORCA_HANDLER', `failed in its handler: ${messageOf(thrown)}`, thrown);
}

function failure(call: CommandCall, code: XorcaErrorCode, what: string, cause?: unknown): XorcaError {
  const { event, processId } = call;
  return new XorcaError(
    code,
    `${describeEvent(event)} ${what}. Nothing was published; correct the service and deliver the command again.`,
    { processId, retryable: true, ...(cause === undefined ? {} : { cause }) },
  );
}
