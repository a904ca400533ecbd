/** What a scheduler sends to wake a process, as JSON; the handlers know it by `xorca`. */
export interface WakeMessage {
  readonly xorca: 'wake';
  /** The process. Absent: whatever is due. */
  readonly id?: string;
  /** Epoch ms it was asked for. For people. */
  readonly at?: number;
}

export function wakeMessage(id: string, at: number): string {
  return JSON.stringify({ xorca: 'wake', id, at } satisfies WakeMessage);
}
