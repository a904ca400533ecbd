import { type Fleet, type Orchestrator, XorcaError } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import type { PlatformOf } from '@xorca/core/handlers';
import { functionsHandler } from './functions-handler.ts';
import type { FunctionsOptions } from './handlers/functions-options.ts';
import type { FunctionsHandler } from './handlers/functions-types.ts';
import { assertTrigger, type TriggerOptions } from './handlers/trigger-options.ts';

/** Where functions are registered: `app` of `@azure/functions`. */
export interface FunctionsApp {
  serviceBusQueue(name: string, options: never): void;
  serviceBusTopic(name: string, options: never): void;
  storageQueue(name: string, options: never): void;
  eventGrid(name: string, options: never): void;
  http(name: string, options: never): void;
  timer(name: string, options: never): void;
}

/** How functions are registered. */
export interface RegisterOptions {
  /** What brings events: one, or several, each of which becomes a function. */
  readonly trigger: TriggerOptions | readonly TriggerOptions[];
  /**
   * When whatever is due is woken, as NCRONTAB with seconds, or the app setting that has it (`'%WAKE%'`): timers, and what was not sent. Default `'0 * * * * *'`, each minute; `false`:
   * something else does it.
   */
  readonly wake?: string | false;
}

/** `RegisterOptions` for something that is no handler yet. */
export interface RegisterNewOptions<What extends Orchestrator | Fleet>
  extends RegisterOptions,
    FunctionsOptions<What> {
  readonly platform: PlatformOf<What>;
}

const EACH_MINUTE = '0 * * * * *';
// https://learn.microsoft.com/en-us/azure/azure-functions/functions-app-settings: letters, digits, "-" and "_", from a letter on.
const NAME = /^[A-Za-z][\w-]{0,99}$/;

/**
 * Registers an orchestrator or a fleet with the app of `@azure/functions`: a function for each trigger, and a timer that wakes whatever is
 * due. With one trigger its function has the name given, with several `<name>-<trigger>`; the timer is `<name>-wake`. Gives the handler.
 * Errors: `XORCA_CONFIG`, at the start: a name, a trigger or options that do not fit; batches without `deadLetters`, and batches for a fleet
 * without `idempotency`, since a batch comes again as a whole.
 *
 * @example
 * registerOrchestrator(app, 'orders', orders, {
 *   platform: { store: tableStore({ table: 'xorca', endpoint }), publisher: serviceBusPublisher({ topic: 'orders', endpoint: namespace }) },
 *   trigger: { type: 'serviceBusQueue', queueName: 'orders', connection: 'ServiceBus', isSessionsEnabled: true },
 * })
 */
export function registerOrchestrator<What extends Orchestrator | Fleet>(
  app: FunctionsApp,
  name: string,
  handler: FunctionsHandler<What>,
  options: RegisterOptions,
): FunctionsHandler<What>;
export function registerOrchestrator<What extends Orchestrator | Fleet>(
  app: FunctionsApp,
  name: string,
  what: What,
  options: RegisterNewOptions<What>,
): FunctionsHandler<What>;
export function registerOrchestrator<What extends Orchestrator | Fleet>(
  app: FunctionsApp,
  name: string,
  what: What | FunctionsHandler<What>,
  options: RegisterOptions | RegisterNewOptions<What>,
): FunctionsHandler<What> {
  const where = `registerOrchestrator(${JSON.stringify(name)})`;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} needs a name of letters, digits, "-" and "_" that begins with a letter, of 100 characters at most.`,
    );
  }
  const { trigger, wake = EACH_MINUTE, ...rest } = options ?? {};
  const triggers: readonly TriggerOptions[] = Array.isArray(trigger) ? trigger : [trigger as TriggerOptions];
  for (const each of triggers) assertTrigger(each, where);
  assertDistinct(triggers, where);
  const beat = wake === false ? undefined : wakeTrigger(wake, where);
  const handler = handlerOf(what, rest, where);
  assertBatches(handler as FunctionsHandler, triggers, where);
  for (const each of triggers) {
    register(app, triggers.length === 1 ? name : `${name}-${each.type}`, each, handler);
  }
  if (beat) register(app, `${name}-wake`, beat, handler);
  return handler;
}

function register(
  app: FunctionsApp,
  name: string,
  { type, ...options }: TriggerOptions,
  handler: FunctionsHandler<never>,
): void {
  // Without a level, and with one that is undefined, the SDK lets in anybody. OPTIONS is the handshake of webhooks.
  const { authLevel = 'function' } = options as { readonly authLevel?: string };
  const http = type === 'http' ? { authLevel, methods: ['POST', 'OPTIONS'] } : {};
  // The host would parse the bodies of a batch by itself, and fail the whole batch for one that is no JSON, before we see it.
  const batch = 'cardinality' in options && options.cardinality === 'many' ? { dataType: 'string' } : {};
  app[type](name, { ...options, ...http, ...batch, handler } as never);
}

function handlerOf<What extends Orchestrator | Fleet>(
  what: What | FunctionsHandler<What>,
  rest: object,
  where: string,
): FunctionsHandler<What> {
  if (typeof what !== 'function') {
    const { platform, ...options } = rest as { platform?: PlatformOf<What> } & FunctionsOptions<What>;
    return functionsHandler(what, platform as PlatformOf<What>, options);
  }
  // A handler has its own platform and options.
  assertOptions(rest, ['trigger', 'wake'], where);
  return what;
}

function wakeTrigger(schedule: unknown, where: string): TriggerOptions {
  // Five or six fields, or the app setting that has them; the host says what is wrong within them.
  if (typeof schedule === 'string' && /^(\S+( +\S+){4,5}|%[^%]+%)$/.test(schedule.trim()))
    return { type: 'timer', schedule };
  throw new XorcaError(
    'XORCA_CONFIG',
    `wake of ${where} must be a schedule such as ${JSON.stringify(EACH_MINUTE)}, or false, not ${JSON.stringify(schedule)}.`,
  );
}

function assertDistinct(triggers: readonly TriggerOptions[], where: string): void {
  const types = triggers.map(({ type }) => type);
  const twice = types.find((type, at) => types.indexOf(type) !== at);
  if (triggers.length > 0 && twice === undefined) return;
  throw new XorcaError(
    'XORCA_CONFIG',
    twice === undefined
      ? `${where} needs a trigger, and has an empty list of them.`
      : `${where} has two triggers of the type ${JSON.stringify(twice)}, whose functions would have one name. Register them by two calls with names of their own.`,
  );
}

/** What comes again comes again with the whole batch: that must do no harm, and must not be for ever. */
function assertBatches(
  { runner, putsAside }: FunctionsHandler,
  triggers: readonly TriggerOptions[],
  where: string,
): void {
  if (!triggers.some((each) => 'cardinality' in each && each.cardinality === 'many')) return;
  if (!putsAside) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} gets batches (cardinality "many") and has no deadLetters: one message that can never be taken would take its whole batch to the dead letters of the queue. Give it deadLetters, such as deadLettersIn({ objects }) of @xorca/core/handlers, or single messages.`,
    );
  }
  if (!('fleet' in runner) || runner.isIdempotent) return;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} gets batches (cardinality "many") for a fleet that does not remember its answers: a batch comes again as a whole, and its commands would be carried out twice. Give it runner: { idempotency: { store } }, or single messages.`,
  );
}
