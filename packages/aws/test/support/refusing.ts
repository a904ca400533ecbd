import type { RefuseEvents } from '@xorca/testing';
import type { AwsClient } from '../../src/index.ts';

interface Entry {
  readonly Id?: string;
  readonly MessageBody?: string;
  readonly Message?: string;
  readonly Detail?: string;
}

interface Failure {
  readonly Id?: string | undefined;
  readonly Code: string;
  readonly Message: string;
  readonly SenderFault: boolean;
}

/** A client whose service refuses some entries of its batches and takes the rest, as it tells it. */
export function refusing(client: AwsClient) {
  let refused: readonly string[] = [];
  let failure: Omit<Failure, 'Id'> = { Code: '', Message: '', SenderFault: false };
  const isRefused = ({ MessageBody, Message, Detail }: Entry) => {
    const { id } = JSON.parse(MessageBody ?? Message ?? Detail ?? '{}') as { id: string };
    return refused.includes(id);
  };

  const watched = {
    async send(command: { input: Record<string, unknown> }): Promise<unknown> {
      const name = ['Entries', 'PublishBatchRequestEntries'].find((one) => one in command.input) ?? '';
      const entries = (command.input[name] ?? []) as readonly Entry[];
      const kept = entries.filter((entry) => !isRefused(entry));
      const gone = entries.filter(isRefused);
      command.input[name] = kept;
      const answer = (kept.length > 0 ? await client.send(command as never) : {}) as Record<
        string,
        unknown[]
      >;
      if (gone.length === 0) return answer;
      if (name === 'Entries' && gone[0]?.Detail !== undefined) {
        // EventBridge answers in the order of the entries.
        const answers = [...(answer['Entries'] ?? [])];
        const Entries = entries.map((entry) =>
          gone.includes(entry) ? { ErrorCode: failure.Code, ErrorMessage: failure.Message } : answers.shift(),
        );
        return { ...answer, Entries };
      }
      return {
        ...answer,
        Failed: [...(answer['Failed'] ?? []), ...gone.map(({ Id }) => ({ Id, ...failure }))],
      };
    },
  };
  const during =
    (what: Omit<Failure, 'Id'>): RefuseEvents =>
    async (ids, work) => {
      refused = ids;
      failure = what;
      try {
        await work();
      } finally {
        refused = [];
      }
    };
  return {
    client: watched as unknown as AwsClient,
    refuses: {
      forNow: during({ Code: 'InternalError', Message: 'try again', SenderFault: false }),
      forGood: during({ Code: 'InvalidArgument', Message: 'never', SenderFault: true }),
    },
  };
}
