/** An event as CloudEvents 1.0 writes it in JSON. */
export interface GridEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly data?: unknown;
  readonly data_base64?: string;
  readonly [extension: string]: unknown;
}

/** What the service says to a call that it refuses. */
export interface Refusal {
  readonly status: number;
  readonly body: object;
}

/** A refusal in the form that the service gives it: https://github.com/MicrosoftDocs/azure-docs/issues/43468 */
export function refusal(status: number, code: string, message: string, detail = code): Refusal {
  return { status, body: { error: { code, message, details: [{ code: detail, message }] } } };
}

// "application/cloudevents-batch+json; charset=utf-8": https://learn.microsoft.com/azure/event-grid/cloud-event-schema
const BATCH = /^application\/cloudevents-batch\+json(\s*;\s*charset=utf-8)?$/i;

// 1 MB for an event, and for all of a call: https://learn.microsoft.com/azure/event-grid/quotas-limits
const MAX_BYTES = 1_048_576;

/** The events of a call to a topic with the schema of CloudEvents, or why it is refused as a whole. */
export function eventsOf(
  contentType: string | undefined,
  body: Buffer,
  maxBytes = MAX_BYTES,
): readonly GridEvent[] | Refusal {
  if (!BATCH.test(contentType ?? '')) {
    return refusal(400, 'BadRequest', `The content type '${contentType}' is not supported.`);
  }
  if (body.length > maxBytes) return tooLarge(maxBytes);
  let events: unknown;
  try {
    events = JSON.parse(body.toString());
  } catch {
    return invalid('The body is no JSON.');
  }
  if (!Array.isArray(events) || events.length === 0) return invalid('Token Expected: StartArray.');
  for (const event of events) {
    const fault = faultOf(event);
    if (fault !== undefined) return invalid(fault);
    if (Buffer.byteLength(JSON.stringify(event)) > MAX_BYTES) return tooLarge(MAX_BYTES);
  }
  return events as GridEvent[];
}

function invalid(fault: string): Refusal {
  const message = `This resource is configured to receive event in 'CloudEventV10' schema. ${fault}`;
  return refusal(400, 'BadRequest', message, 'InputJsonInvalid');
}

function tooLarge(maxBytes: number): Refusal {
  return refusal(413, 'PayloadTooLarge', `The maximum size (${maxBytes}) has been exceeded.`);
}

const REQUIRED = ['id', 'source', 'type', 'specversion'];

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#context-attributes
function faultOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return 'Token Expected: StartObject.';
  }
  const attributes = event as Record<string, unknown>;
  const missing = REQUIRED.find((name) => typeof attributes[name] !== 'string' || attributes[name] === '');
  if (missing !== undefined) return `Required property '${missing}' is missing or empty.`;
  if (attributes['specversion'] !== '1.0') return "Property 'specversion' has to be '1.0'.";
  if ('data' in attributes && 'data_base64' in attributes) return "Both 'data' and 'data_base64' are there.";
  if ('time' in attributes && Number.isNaN(Date.parse(String(attributes['time'])))) {
    return "Property 'time' is no time.";
  }
  const { data: _, data_base64: __, ...others } = attributes;
  const odd = Object.entries(others).find(
    ([name, value]) => !/^[a-z0-9]+$/.test(name) || typeof value === 'object',
  );
  return odd && `Received unexpected property '${odd[0]}'.`;
}
