import { AssertionError } from 'node:assert';

/** The error that a chain fails with; throws when it does not fail so. */
export async function failing(chain: PromiseLike<unknown>): Promise<AssertionError> {
  try {
    await chain;
  } catch (error) {
    if (error instanceof AssertionError) return error;
    throw error;
  }
  throw new Error('the chain did not fail');
}
