/** A wish to stop: Ctrl-C, or what a service manager sends. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/**
 * Resolves with the first wish to stop. The second ends the program at once, as it would without this: nothing is lost by it,
 * for the program may be killed at any moment.
 */
export function stopSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}

/** The exit code by which shells tell that a signal ended a program: 128 and the signal's number. */
export function exitCodeOf(signal: StopSignal): number {
  return signal === 'SIGINT' ? 130 : 143;
}
