/** The part of `process.stdout` that is looked at. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Colour and width for a stream: colour only on a terminal, and never with `NO_COLOR` set (https://no-color.org: to
 * anything but the empty text) or `TERM=dumb`; the terminal's width, 110 where there is none.
 */
export function terminalLook(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly color: boolean; readonly width: number } {
  const color = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return { color, width: stream.columns || 110 };
}
