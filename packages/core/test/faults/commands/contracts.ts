import { z } from 'zod';
import { defineCommand } from '../../../src/index.ts';

const item = z.object({ key: z.string() });

/** Asked in one region of the order, in the items of a list, in a child machine, and by the second orchestrator. */
export const contracts = {
  alone: defineCommand('cmd.alone', { input: item, output: item, error: item }),
  each: defineCommand('cmd.each', { input: item, output: item, error: item }),
  deep: defineCommand('cmd.deep', { input: item, output: item, error: item }),
  // Carried out by a process of its own.
  sub: defineCommand('cmd.sub', { input: item, output: item, error: item }),
  inner: defineCommand('cmd.inner', { input: item, output: item, error: item }),
};

/** What the fleet answers; `cmd.sub` is not its business. */
export const served: readonly string[] = ['cmd.alone', 'cmd.each', 'cmd.deep', 'cmd.inner'];
