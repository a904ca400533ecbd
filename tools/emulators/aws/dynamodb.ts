import { createRequire } from 'node:module';
import { type Emulator, startProgram } from '../emulator.ts';

/** A DynamoDB in memory: conditions with `ALL_OLD`, indexes, the limit of 400 KB. What has expired stays. */
export async function startDynamoDb(): Promise<Emulator> {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  let program: string;
  try {
    program = createRequire(import.meta.url).resolve(`${name}/dynoxide`);
  } catch (cause) {
    throw new Error(
      `The emulator of DynamoDB, ${name}, is not installed, so nothing of DynamoDB is tested here.`,
      {
        cause,
      },
    );
  }
  return startProgram(program, (port) => ['--host', '127.0.0.1', '--port', String(port)]);
}
