import type { Attributes } from '@opentelemetry/api';
import { isXorcaError } from '../errors.ts';
import type { Activity, ActivityEnd, EventFacts } from '../telemetry.ts';

/** Whose activity it is: for spans and metrics alike. */
export function ownerOf(activity: Activity): Attributes {
  if (activity.kind === 'command') return { 'xorca.fleet': activity.fleet };
  return 'orchestrator' in activity ? { 'xorca.orchestrator': activity.orchestrator } : {};
}

/** What a span and all its parts say of the process. Never for metrics: there are too many processes. */
export function processOf(activity: Activity): Attributes {
  const id = 'processId' in activity ? activity.processId : undefined;
  return id === undefined ? {} : { 'xorca.process.id': cut(id) };
}

/** What a span says from its beginning. */
export function startOf(activity: Activity): Attributes {
  switch (activity.kind) {
    case 'handle':
    case 'command':
      return messaging('process', activity.kind, activity.events);
    case 'publish':
      return messaging('send', activity.kind, activity.events);
    case 'step':
      return { 'xorca.step': activity.step, 'xorca.attempt': activity.attempt, ...eventOf(activity.events) };
    case 'save':
      return activity.attempt === undefined ? {} : { 'xorca.attempt': activity.attempt };
    default:
      return {};
  }
}

/** What a span says at its end. */
export function endOf(end: ActivityEnd): Attributes {
  const { outcome, version, answer, run, unsent, error } = end;
  return {
    ...(outcome === undefined ? {} : { 'xorca.outcome': outcome }),
    ...(version ? { 'xorca.version': version } : {}),
    ...(answer === undefined ? {} : { 'xorca.answer': answer }),
    ...(run && run.resent > 0 ? { 'xorca.republished': run.resent } : {}),
    ...(unsent ? { 'xorca.unsent': unsent.failed + unsent.refused } : {}),
    ...(error === undefined ? {} : { 'error.type': errorType(error) }),
  };
}

/** An error by its code, which is one of a few; another by its class. Never its message, which may quote data. */
export function errorType(error: unknown): string {
  if (isXorcaError(error)) return error.code;
  return error instanceof Error ? cut(error.name) : '_OTHER';
}

/** The same for metrics, where the names of others would be too many. */
export function errorCode(error: unknown): Attributes {
  if (error === undefined) return {};
  return { 'error.type': isXorcaError(error) ? error.code : '_OTHER' };
}

function messaging(type: 'process' | 'send', name: string, events: readonly EventFacts[]): Attributes {
  return {
    'messaging.system': 'xorca',
    'messaging.operation.type': type,
    'messaging.operation.name': name,
    ...(events.length > 1 ? { 'messaging.batch.message_count': events.length } : eventOf(events)),
  };
}

function eventOf([event]: readonly EventFacts[]): Attributes {
  if (!event) return {};
  return {
    'messaging.message.id': cut(event.id),
    'cloudevents.event_type': cut(event.type),
    'cloudevents.event_source': cut(event.source),
  };
}

// Ids and types are a stranger's texts, of any length.
const MAX_TEXT = 256;

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}
