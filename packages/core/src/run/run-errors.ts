import { type CloudEvent, describeEvent } from '../cloud-event.ts';
import { XorcaError } from '../errors.ts';
import type { ProcessStatus } from '../ports.ts';

/** For an event whose turn did not come because one before it failed. */
export function outOfOrder(processId: string, broken: XorcaError): XorcaError {
  return new XorcaError(
    'XORCA_ORDER',
    `Not tried, to keep the order of process ${JSON.stringify(processId)}: an event before it failed (${broken.code}). Deliver it again after that one.`,
    { processId, retryable: true, cause: broken },
  );
}

/** For a call that names a process there is none of. */
export function unknownProcess(processId: string): XorcaError {
  return new XorcaError(
    'XORCA_UNKNOWN_PROCESS',
    `There is no process ${JSON.stringify(processId)}. Look for it with list; it may have been deleted by its retention.`,
    { processId },
  );
}

/** For a call that comes too late. */
export function ended(processId: string, status: ProcessStatus, what: string): XorcaError {
  return new XorcaError(
    'XORCA_ENDED',
    `Process ${JSON.stringify(processId)} has ended (${status}) and cannot be ${what} any more. Nothing was changed.`,
    { processId },
  );
}

/** For a machine that is another than the one of the same version on which a process began. */
export function changedMachine(processId: string, version: string, orchestrator: string): XorcaError {
  return new XorcaError(
    'XORCA_MACHINE_CHANGED',
    `Process ${JSON.stringify(processId)} began on version ${version} of ${orchestrator}, whose states or transitions are others now. Register the changed machine under a new version and put the old one back; or, if it is meant for running processes, redrive them.`,
    { processId, retryable: true },
  );
}

/** A command's later attempt meets a process that is just being deleted. */
export function beingDeleted(id: string, event: CloudEvent): XorcaError {
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `${describeEvent(event)} meets process ${JSON.stringify(id)} while it is being deleted. Nothing is lost: deliver it again.`,
    { processId: id, retryable: true },
  );
}
