import type { Order } from './contracts.ts';

/** An order and what people do about it. */
export interface Story {
  /** The order's id. */
  readonly id: string;
  readonly title: string;
  readonly order: Order;
  /** Epoch ms. */
  readonly placedAt: number;
  /** When somebody says yes to it, epoch ms. */
  readonly approvedAt?: number;
}

const january = (day: number, hour: number) => Date.UTC(2026, 0, day, hour);
const to = (city: string) => ({ card: 'valid', city });

/** In the order of time: each is over before the next begins. */
export const STORIES: readonly Story[] = [
  {
    id: 'tea',
    title: 'A small order: nobody needs to be asked.',
    placedAt: january(5, 9),
    order: { item: 'tea', quantity: 2, amount: 1_800, ...to('Turin') },
  },
  {
    id: 'harp',
    title: 'There are no harps: nothing was done, so nothing is undone.',
    placedAt: january(5, 10),
    order: { item: 'harp', quantity: 1, amount: 18_000, ...to('Dublin') },
  },
  {
    id: 'chess',
    title: 'The card is refused: what was set aside goes back.',
    placedAt: january(5, 11),
    order: { item: 'chess set', quantity: 1, amount: 6_000, ...to('Riga'), card: 'expired' },
  },
  {
    id: 'telescope',
    title: 'A large order: somebody agrees two days later.',
    placedAt: january(5, 12),
    approvedAt: january(7, 9),
    order: { item: 'telescope', quantity: 1, amount: 120_000, ...to('Padua') },
  },
  {
    id: 'bells',
    title: 'A large order, agreed to in the moment it is placed: the word is kept until it is asked for.',
    placedAt: january(8, 10),
    approvedAt: january(8, 10),
    order: { item: 'bell', quantity: 8, amount: 480_000, ...to('Bruges') },
  },
  {
    id: 'globe',
    title:
      'Paid, but no road leads there: all is undone, last thing first. It is Sunday, so the bank is asked again.',
    placedAt: january(11, 20),
    order: { item: 'globe', quantity: 1, amount: 9_500, ...to('Atlantis') },
  },
  {
    id: 'organ',
    title: 'A large order that nobody agrees to for seven days; the word that comes then comes too late.',
    placedAt: january(12, 9),
    approvedAt: january(20, 9),
    order: { item: 'organ', quantity: 1, amount: 900_000, ...to('Passau') },
  },
];
