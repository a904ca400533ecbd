import { messageText } from './message-text.ts';

/** What a scheduler sends to wake a process, as JSON; the handlers know it by `xorca`. */
export interface WakeMessage {
  readonly xorca: 'wake';
  /** The process. Absent: whatever is due. */
  readonly id?: string;
  /** Epoch ms it was asked for. A handler that gets it sooner asks its scheduler once more. */
  readonly at?: number;
}

/** The text of a wake, in characters that every queue takes whatever the id. */
export function wakeMessage(id: string, at: number): string {
  return messageText({ xorca: 'wake', id, at } satisfies WakeMessage);
}
