import { type CloudEvent, createCloudEvent } from '@xorca/core';
import type { HandlerAnswer } from '@xorca/local';
import type { Progress, Service } from './fleet/contracts.ts';
import { isFailure } from './fleet/contracts.ts';

/** How a service of the fleet meets the bus. */
export interface ServeOptions<Input, Output extends object> {
  /** `source` of its answers. */
  readonly source: string;
  readonly service: Service<Input, Output>;
  readonly onProgress?: (processId: string, progress: Progress) => void;
  /** Waits so long before each answer, to make the timeline slow enough to watch. */
  readonly paceMs?: number;
}

/**
 * A bus handler that answers commands: `cmd.x` with `evt.x.success`, or `evt.x.error` for an answer that is a failure. The
 * subject is kept. The answer's id follows from its command's, so a command delivered twice is answered by the same event.
 */
export function serve<Input, Output extends object>({
  source,
  service,
  onProgress,
  paceMs = 0,
}: ServeOptions<Input, Output>): (events: readonly CloudEvent[]) => Promise<HandlerAnswer> {
  return async (events) => {
    const answers: CloudEvent[] = [];
    for (const command of events) {
      const subject = command.subject ?? '';
      const result = await service(command.data as Input, {
        onProgress: (progress) => onProgress?.(subject, progress),
      });
      if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
      const ending = isFailure(result) ? 'error' : 'success';
      answers.push(
        createCloudEvent({
          id: `${command.id}/answer`,
          type: `${command.type.replace(/^cmd\./, 'evt.')}.${ending}`,
          source,
          subject,
          causationid: command.id,
          data: isFailure(result) ? result.error : result,
        }),
      );
    }
    return { publish: answers };
  };
}
