import { fileURLToPath } from 'node:url';
import { ACCOUNT } from '../../../../tools/emulators/azure/azurite.ts';
import { startPrinting } from '../../../../tools/emulators/emulator.ts';

/** What Azurite prints before the port of its clock. */
export const ADVANCE = 'The clock listens at ';

/** Azurite with a clock that goes on by the test as well. */
export interface ClockedAzurite {
  readonly blob: string;
  /** Its time goes on. */
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it, empty, in memory. */
export async function startClockedAzurite(): Promise<ClockedAzurite> {
  const services = ['blob', 'queue', 'table'];
  const { found, stop } = await startPrinting(
    process.execPath,
    [
      fileURLToPath(new URL('./blob-clock.ts', import.meta.url)),
      ...['--inMemoryPersistence', '--silent', '--disableTelemetry', '--skipApiVersionCheck'],
      ...services.flatMap((service) => [`--${service}Host`, '127.0.0.1', `--${service}Port`, '0']),
      // Else it closes what was idle for 5 s, and a client that tries nothing again may be sending just then.
      ...['--blobKeepAliveTimeout', '3600'],
    ],
    (printed) => {
      const [, blob] = /Azurite Blob service is successfully listening at (\S+)\n/.exec(printed) ?? [];
      const [, clock] = new RegExp(`${ADVANCE}(\\d+)\\n`).exec(printed) ?? [];
      return blob && clock ? { blob, clock } : undefined;
    },
  );
  return {
    blob: `${found.blob}/${ACCOUNT.name}`,
    async advance(ms) {
      await fetch(`http://127.0.0.1:${found.clock}/${Math.round(ms)}`);
    },
    stop,
  };
}
