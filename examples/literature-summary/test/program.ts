import { starter } from '../../shared/test/program.ts';

/** Starts the example. */
export const program = starter(new URL('../src/main.ts', import.meta.url));
