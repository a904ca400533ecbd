import type { ThrownBack } from '@xorca/core/handlers';

/** What Lambda does with an event of an asynchronous invocation that threw. */
export const THROWN_BACK: ThrownBack = {
  failed: 'Lambda tries again.',
  rejected: 'It can never be taken, so look for it at the on-failure destination of this function.',
};
