import { type AnyStateMachine, createMachine, emit, setup } from 'xstate';
import { z } from 'zod';
import {
  createOrchestrator,
  defineEvent,
  type EmittedOf,
  type EventOf,
  type OrchestratorOptions,
} from '../../src/index.ts';

// Compiled, never run: what a machine declares in `setup({ types })` is held against the contracts of its orchestrator.
const asked = defineEvent('evt.asked', {
  data: z.object({ tags: z.array(z.string()), by: z.string().default('me') }),
});
const done = defineEvent('notif.done', {
  data: z.object({ count: z.number(), tags: z.array(z.string()).optional() }),
});
const events = [asked, done] as const;
const of = <Emitted extends { type: string }>() =>
  setup({ types: { emitted: {} as Emitted } }).createMachine({});
const taking = <Taken extends { type: string }>() =>
  setup({ types: { events: {} as Taken } }).createMachine({});

/* What fits, or says nothing. */
const whole = setup({
  types: { events: {} as EventOf<typeof asked>, emitted: {} as EmittedOf<typeof done> },
});
export const right = createOrchestrator({
  name: 'x',
  machines: { '1': whole.createMachine({}) },
  events: [asked, done],
});
export const untyped = createOrchestrator({
  name: 'x',
  machines: { '1': createMachine({}), '2': setup({}).createMachine({}) },
  events,
});
export const erased = createOrchestrator({
  name: 'x',
  machines: { '1': right as unknown as AnyStateMachine },
  events,
});
export const loose = createOrchestrator({
  name: 'x',
  machines: { '1': of<{ type: string; data?: unknown }>(), '2': taking<{ type: string; data?: unknown }>() },
  events,
});
export const other = createOrchestrator({
  name: 'x',
  machines: { '1': of<{ type: 'notif.other'; data: number }>() },
  events,
});
export const without = createOrchestrator({ name: 'x', machines: { '1': whole.createMachine({}) } });
export const dataless = createOrchestrator({
  name: 'x',
  machines: { '1': taking<{ type: 'evt.asked' }>() },
  events,
});
type Unwritable = { type: 'notif.done'; data: { readonly count: number; readonly tags: readonly string[] } };
export const unwritable = createOrchestrator({ name: 'x', machines: { '1': of<Unwritable>() }, events });
export const narrower = createOrchestrator({
  name: 'x',
  machines: { '1': of<{ type: 'notif.done'; data: { count: 1; more: true } }>() },
  events,
});
export const transformed = createOrchestrator({
  name: 'x',
  machines: { '1': taking<{ type: 'evt.asked'; data: number }>() },
  events,
  onCloudEvent: { 'evt.asked': ({ data }) => ({ type: 'evt.asked', data: data.tags.length }) },
});
export const wrapped = (options: OrchestratorOptions) => createOrchestrator(options);
export const spread = (options: Partial<OrchestratorOptions>, machine: AnyStateMachine) =>
  createOrchestrator({ name: 'x', machines: { '1': machine }, ...options });

const tree = z.object({
  name: z.string(),
  get leaves() {
    return z.array(tree);
  },
});
const grown = defineEvent('notif.grown', { data: tree });
const said = defineEvent('notif.said', { data: z.json() });
const anything = defineEvent('notif.anything', { data: z.any() });
interface Leaf {
  name: string;
  leaves: readonly Leaf[];
}
type Recursive =
  | { type: 'notif.grown'; data: Leaf }
  | EmittedOf<typeof said>
  | { type: 'notif.anything'; data: Leaf };
export const recursive = createOrchestrator({
  name: 'x',
  machines: { '1': of<Recursive>(), '2': of<EmittedOf<typeof grown>>() },
  events: [grown, said, anything],
});

/* What does not. */
export const wrongEmitted = createOrchestrator({
  name: 'x',
  machines: { '1': of<{ type: 'notif.done'; data: { count: string } }>() },
  // @ts-expect-error count is a number
  events: [done],
});
export const wrongInOne = createOrchestrator({
  name: 'x',
  machines: {
    '1': whole.createMachine({}),
    '2': of<{ type: 'notif.done'; data: { count: string } } | { type: 'notif.x' }>(),
  },
  events: [
    asked,
    // @ts-expect-error one version is enough
    done,
  ],
});
export const noData = createOrchestrator({
  name: 'x',
  machines: { '1': of<{ type: 'notif.done' }>() },
  // @ts-expect-error the contract wants data
  events: [done],
});
export const wrongTaken = createOrchestrator({
  name: 'x',
  machines: { '1': taking<{ type: 'evt.asked'; data: { tags: number[] } }>() },
  // @ts-expect-error tags are texts
  events: [asked],
});
export const wrongDeepDown = createOrchestrator({
  name: 'x',
  machines: {
    '1': of<{ type: 'notif.grown'; data: { name: string; leaves: { name: string; leaves: number[] }[] } }>(),
  },
  // @ts-expect-error leaves have leaves
  events: [grown],
});
export const misspelt = createOrchestrator({
  name: 'x',
  machines: { '1': whole.createMachine({}) },
  // @ts-expect-error an option that is none
  event: [asked],
});
export const notAnEvent = createOrchestrator({
  name: 'x',
  machines: { '1': whole.createMachine({}) },
  // @ts-expect-error no contract
  events: ['evt.asked'],
});
export const emitting = whole.createMachine({
  // @ts-expect-error count is a number
  entry: emit({ type: 'notif.done', data: { count: 'x' } }),
});
