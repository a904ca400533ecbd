import type { Emulator } from '../emulator.ts';
import { type Answer, fault, startJsonServer } from './json-server.ts';

/** An event as a rule sees it. */
export interface BusEvent {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Time?: number;
  readonly Resources?: readonly string[];
}

/** EventBridge's PutEvents, with its limits, and what came through. */
export interface EventBridge extends Emulator {
  /** What was taken since it began, in the order of the calls. */
  readonly taken: BusEvent[];
}

const MAX_BYTES = 1_048_576;

/** Starts it with these buses beside `default`. */
export async function startEventBridge(buses: readonly string[] = []): Promise<EventBridge> {
  const known = ['default', ...buses];
  const taken: BusEvent[] = [];

  function put(events: readonly BusEvent[]): Answer {
    if (events.length < 1 || events.length > 10) {
      return fault(400, 'ValidationException', 'Member must have length less than or equal to 10');
    }
    if (events.reduce((sum, event) => sum + sizeOf(event), 0) > MAX_BYTES) {
      return fault(400, 'ValidationException', 'Total size of the entries in the request is over the limit.');
    }
    const Entries = events.map((event) => {
      const [ErrorCode, ErrorMessage] = faultOf(event) ?? [];
      if (ErrorCode !== undefined) return { ErrorCode, ErrorMessage };
      // Of a bus that is not there it says the same, and the event is gone: https://github.com/aws/aws-cli/issues/9186
      if (known.includes(event.EventBusName ?? 'default')) taken.push(event);
      return { EventId: crypto.randomUUID() };
    });
    const FailedEntryCount = Entries.filter((entry) => 'ErrorCode' in entry).length;
    return { status: 200, body: { FailedEntryCount, Entries } };
  }

  function describe(name: string): Answer {
    if (known.includes(name)) return { status: 200, body: { Name: name } };
    return fault(400, 'ResourceNotFoundException', `Event bus ${name} does not exist.`);
  }

  const emulator = await startJsonServer((call, body) =>
    call.headers['x-amz-target'] === 'AWSEvents.PutEvents'
      ? put(body['Entries'] as readonly BusEvent[])
      : call.headers['x-amz-target'] === 'AWSEvents.DescribeEventBus'
        ? describe(String(body['Name']))
        : fault(400, 'UnknownOperationException', 'unknown'),
  );
  return { ...emulator, taken };
}

// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
function faultOf({
  Source = '',
  DetailType = '',
  Detail = '',
}: BusEvent): readonly [string, string] | undefined {
  if (Source === '' || Source.length > 256) return ['InvalidArgument', 'Parameter Source is not valid.'];
  if (Source.startsWith('aws.')) return ['NotAuthorizedForSourceException', 'Not authorized for the source.'];
  if (DetailType === '' || DetailType.length > 128)
    return ['InvalidArgument', 'Parameter DetailType is not valid.'];
  try {
    const detail: unknown = JSON.parse(Detail);
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return undefined;
  } catch {
    // Said below.
  }
  return ['MalformedDetail', 'Detail is malformed.'];
}

function sizeOf({ Source = '', DetailType = '', Detail = '', Time, Resources = [] }: BusEvent): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}
