import type { Orchestrator } from '@xorca/core';

/** Notes which paths are taken: a `PathCoverage`. Whatever runs processes for a test may be given one. */
export interface PathRecorder {
  /**
   * The orchestrator to run in place of the one given: it does the same, and notes each step. One of another name is given back as it
   * is, so that all orchestrators of a world may be handed in.
   */
  watch(orchestrator: Orchestrator): Orchestrator;
}
