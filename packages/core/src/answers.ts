import type { CommandContract } from './command.ts';
import type { StandardSchema } from './contract.ts';
import { XorcaError } from './errors.ts';

/** What an event type says as an answer: to which commands, and whether it brings the output or the error. */
export interface AnswerKind {
  readonly commands: ReadonlySet<string>;
  readonly ok: boolean;
  /** Undefined: an error without a contract. */
  readonly schema: StandardSchema | undefined;
}

/** The answers to a machine's commands, by event type. `XORCA_CONFIG` where one type would mean two things. */
export function answersTo(
  contracts: readonly CommandContract[],
  where: string,
): ReadonlyMap<string, AnswerKind> {
  const byType = new Map<string, CommandContract>();
  const answers = new Map<string, AnswerKind>();
  for (const contract of contracts) {
    const other = byType.get(contract.type);
    if (other && (other.input !== contract.input || other.output !== contract.output)) {
      throw ambiguous(where, `two contracts for ${contract.type}. Use one and the same`);
    }
    byType.set(contract.type, contract);
    add(contract.success, { ok: true, schema: contract.output });
    add(contract.failure, { ok: false, schema: contract.error });

    function add(type: string, kind: Omit<AnswerKind, 'commands'>): void {
      const known = answers.get(type);
      if (known && (known.ok !== kind.ok || known.schema !== kind.schema)) {
        throw ambiguous(where, `two meanings for the answer ${type}. Give each command answers of its own`);
      }
      answers.set(type, { ...kind, commands: new Set([...(known?.commands ?? []), contract.type]) });
    }
  }
  return answers;
}

function ambiguous(where: string, what: string): XorcaError {
  return new XorcaError('XORCA_CONFIG', `${where} has ${what}.`);
}
