import { createRunner, type Orchestrator, type Runner, type RunnerOptions } from '@xorca/core';
import {
  type AttachOptions,
  type LocalPlatform,
  type LocalPlatformOptions,
  localPlatform,
} from '@xorca/local';
import { closing, tempFolder } from './temp-folder.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

export interface OpenPlatform {
  readonly platform: LocalPlatform;
  readonly dir: string;
  readonly time: VirtualTime;
  /** What it had to say. */
  readonly reports: string[];
  attach(orchestrator: Orchestrator, options?: AttachOptions & { runner?: RunnerOptions }): Runner;
}

/** A platform in a folder of its own, or in one that is there, with virtual time. */
export async function openPlatform(
  before: { readonly dir?: string; readonly time?: VirtualTime } = {},
  options: Partial<LocalPlatformOptions> = {},
): Promise<OpenPlatform> {
  const { dir = await tempFolder(), time = virtualTime() } = before;
  const reports: string[] = [];
  const report = (message: string) => void reports.push(message);
  const platform = closing(
    localPlatform({ dir, clock: time, timers: time, random: () => 0.5, report, ...options }),
  );
  return {
    platform,
    dir,
    time,
    reports,
    attach(orchestrator, { runner: runnerOptions, ...attachOptions } = {}) {
      const runner = createRunner(orchestrator, platform, runnerOptions);
      platform.attach(runner, attachOptions);
      return runner;
    },
  };
}
