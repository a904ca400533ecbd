import type { EventPublisher } from '../ports.ts';
import { failuresOf } from '../publish.ts';
import { factsOf, type TelemetrySpan } from '../telemetry.ts';
import { during } from './during.ts';

/** A publisher whose sending is part of an activity. */
export function watchedPublisher(publisher: EventPublisher, span: TelemetrySpan): EventPublisher {
  return {
    publish: (events) =>
      during(
        span,
        { kind: 'publish', events: events.map(factsOf) },
        () => publisher.publish(events),
        (error) => {
          if (error === undefined) return {};
          const unsent = failuresOf(error, events);
          const failed = unsent.filter(({ retryable }) => retryable).length;
          return { error, unsent: { failed, refused: unsent.length - failed } };
        },
      ),
  };
}
