import type { AnyStateMachine, EmittedFrom, EventFromLogic } from 'xstate';
import type { EventContract, InputOf, OutputOf } from './contract.ts';

/** Machines by version. */
type Machines = Readonly<Record<string, AnyStateMachine>>;

/**
 * Contracts, each replaced by a sentence where a machine declares other data for its event: in `types.emitted` data that the contract
 * would refuse, in `types.events` data that the contract does not give. What is not declared, or declared for any type, is not held
 * against it; nor is an event that a transform changes on its way in (`Changed`).
 */
export type FittingContracts<
  Events extends readonly EventContract[],
  Versions extends Machines,
  Changed extends PropertyKey,
> = {
  readonly [Place in keyof Events]: Misfit<
    Events[Place],
    Versions[keyof Versions],
    Changed
  > extends infer Words
    ? [Words] extends [never]
      ? Events[Place]
      : Words
    : never;
};

type Misfit<Contract, Machine, Changed extends PropertyKey> = Contract extends EventContract
  ? Machine extends AnyStateMachine
    ?
        | Unfit<
            DataOf<EmittedFrom<Machine>, Contract['type'], undefined>,
            InputOf<Contract['data']>,
            `A machine emits ${Contract['type']} with other data than this contract takes`
          >
        | (Contract['type'] extends Changed
            ? never
            : Unfit<
                OutputOf<Contract['data']>,
                DataOf<EventFromLogic<Machine>, Contract['type'], unknown>,
                `A machine expects other data of ${Contract['type']} than this contract gives`
              >)
    : never
  : never;

/** The data that is declared for an event; `Without`: where the event has none. `never`: the event is not declared. */
type DataOf<Declared, Type extends string, Without> = 0 extends 1 & Declared
  ? never
  : Declared extends { readonly type: infer Known }
    ? string extends Known
      ? never
      : Type extends Known
        ? Declared extends { readonly data?: infer Data }
          ? 'data' extends keyof Declared
            ? Data
            : Without
          : Without
        : never
    : never;

type Unfit<Given, Wanted, Words> = [Given] extends [never]
  ? never
  : [Wanted] extends [never]
    ? never
    : [Given] extends [Wanted]
      ? never
      : [Plain<Given>] extends [Plain<Wanted>]
        ? never
        : Words;

/** Data as JSON sees it: whether it may be written to makes no difference. Types that hold themselves are compared 6 levels deep. */
type Plain<Data, Depth extends readonly 0[] = []> = unknown extends Data
  ? Data
  : Data extends string | number | boolean | bigint | null | undefined | ((...args: never) => unknown)
    ? Data
    : Depth['length'] extends 6
      ? unknown
      : { readonly [Key in keyof Data]: Plain<Data[Key], [...Depth, 0]> };
