import type { Message, Receiver } from 'rhea';
import type { AmqpService, Client } from './client.ts';
import { actionOf, manage, messagesIn } from './management.ts';
import type { Refusal } from './options.ts';
import { takeBytes } from './rhea-internals.ts';

interface Reply {
  readonly status: number;
  readonly description: string;
  readonly condition?: string;
  readonly body?: object;
}

/** Takes a token for `$cbs`: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide#claims-based-authorization */
export function takeClaim(client: Client, link: Receiver, request: Message): void {
  const { name, type } = request.application_properties ?? {};
  const taken = client.claims.put(String(name), String(request.body), String(type));
  answer(
    client,
    link,
    request,
    taken
      ? { status: 202, description: 'Accepted' }
      : { status: 401, description: 'InvalidSignature: The token has an invalid signature.' },
  );
}

/** Does what `$management` of an entity is asked for. */
export function takeRequest(
  { entities }: AmqpService,
  client: Client,
  link: Receiver,
  request: Message,
  entity: string,
): void {
  const action = actionOf(request.application_properties?.['operation']);
  let reply: Reply = { status: 200, description: 'OK' };
  client.call(
    { action, entity, messages: messagesIn(request), bytes: takeBytes(link) },
    () => {
      const { body } = request;
      const done = manage({ action, body, queue: entities.queue(entity), target: entities.target(entity) });
      if ('condition' in done) return done;
      reply = { ...reply, status: done.empty ? 204 : 200, body: done.body ?? {} };
      return undefined;
    },
    (refusal) => answer(client, link, request, refusal === undefined ? reply : refused(refusal)),
  );
}

function answer({ replies }: Client, { session }: Receiver, request: Message, reply: Reply): void {
  const { message_id: id, reply_to: to } = request;
  const { status, description, condition, body } = reply;
  const link =
    [...replies].find(({ name, target }) => name === to || target?.address === to) ??
    [...replies].find((one) => one.session === session);
  link?.send({
    ...(id === undefined ? {} : { correlation_id: id }),
    // `$cbs` has the names with a dash, `$management` those without.
    application_properties: {
      statusCode: status,
      statusDescription: description,
      'status-code': status,
      'status-description': description,
      ...(condition === undefined ? {} : { errorCondition: condition }),
    },
    body,
  });
}

const STATUS: Readonly<Record<string, number>> = {
  'amqp:not-allowed': 400,
  'amqp:unauthorized-access': 401,
  'amqp:not-found': 404,
  'com.microsoft:message-not-found': 404,
  'com.microsoft:message-lock-lost': 410,
  'com.microsoft:session-lock-lost': 410,
  'amqp:not-implemented': 501,
  'com.microsoft:server-busy': 503,
};

function refused({ condition, description }: Refusal): Reply {
  return { status: STATUS[condition] ?? 500, description, condition };
}
