import { type CloudEvent, createCloudEvent, messageOf } from '@xorca/core';
import type { HandlerAnswer } from '@xorca/local';
import { isFailure, type Progress, type Service } from './fleet/contracts.ts';

/** How a service of the fleet meets the bus. */
export interface ServeOptions<Input, Output extends object> {
  /** `source` of its answers. */
  readonly source: string;
  readonly service: Service<Input, Output>;
  readonly onProgress?: (processId: string, progress: Progress) => void;
  /** Hears why a command could not be answered now; the bus brings the command again. */
  readonly onTrouble?: (processId: string, message: string) => void;
  /** Waits so long before each answer, to make the timeline slow enough to watch. */
  readonly paceMs?: number;
}

/**
 * A bus handler that answers commands: `cmd.x` with `evt.x.success`, or `evt.x.error` for an answer that is a failure. The
 * subject is kept. The answer's id follows from its command's, so a command delivered twice is answered by the same event.
 * A command over which the service throws is named as failed; the others of the batch are answered all the same.
 */
export function serve<Input, Output extends object>({
  source,
  service,
  onProgress,
  onTrouble,
  paceMs = 0,
}: ServeOptions<Input, Output>): (events: readonly CloudEvent[]) => Promise<HandlerAnswer> {
  async function answer(command: CloudEvent): Promise<CloudEvent> {
    const subject = command.subject ?? '';
    const result = await service(command.data as Input, {
      onProgress: (progress) => onProgress?.(subject, progress),
    });
    if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
    const ending = isFailure(result) ? 'error' : 'success';
    return createCloudEvent({
      id: `${command.id}/answer`,
      type: `${command.type.replace(/^cmd\./, 'evt.')}.${ending}`,
      source,
      subject,
      causationid: command.id,
      data: isFailure(result) ? result.error : result,
    });
  }

  return async (commands) => {
    const publish: CloudEvent[] = [];
    const failed: { id: string; error: unknown }[] = [];
    for (const command of commands) {
      try {
        publish.push(await answer(command));
      } catch (error) {
        onTrouble?.(command.subject ?? '', messageOf(error));
        failed.push({ id: command.id, error });
      }
    }
    return { publish, failed };
  };
}
