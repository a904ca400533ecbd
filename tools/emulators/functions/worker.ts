import { pathToFileURL } from 'node:url';
import { installCore } from './functions-core.ts';
import type { WorkerError } from './functions-error.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const [, , entry = ''] = process.argv;

function say(message: FromWorker): void {
  process.send?.(message);
}

function reported(error: unknown): WorkerError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: textOf(error), trace: [] };
  const { code } = error as { readonly code?: unknown };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: error.stack?.split('\n') ?? [],
    ...(typeof code === 'string' && { code }),
  };
}

function textOf(thrown: unknown): string {
  return typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown);
}

async function run({ id, name, input }: ToWorker): Promise<void> {
  try {
    say({ says: 'output', id, output: await core.invoke(name, input, id) });
  } catch (error) {
    say({ says: 'error', id, error: reported(error) });
  }
}

// Whoever started this process is gone: there is no more work.
process.once('disconnect', () => process.exit(1));

const core = installCore((line) => say({ says: 'log', line }));
try {
  await import(pathToFileURL(entry).href);
  await core.started();
  process.on('message', (message) => void run(message as ToWorker));
  const functions = [...core.functions.values()];
  say({
    says: 'ready',
    functions: functions.map(({ name, trigger, bindings }) => ({ name, trigger, bindings })),
  });
} catch (error) {
  console.error(error);
  process.send?.({ says: 'failed', error: reported(error) } satisfies FromWorker, () => process.exit(1));
}
