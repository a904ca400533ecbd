import { memoryJournal } from '@xorca/core';
import { chanceFor } from './chance.ts';
import type { Build } from './sandbox.ts';
import type { SimulationSettings } from './simulate-options.ts';

/** Ids that trip who makes paths, keys or patterns of them. */
const HOSTILE_IDS = [
  '../../etc/passwd',
  'a/b\\c:d*e?',
  'naïve ☕ 日本',
  '__proto__',
  '%2e%2e%2f',
  "';--",
  ' ',
  'x'.repeat(200),
];

// Soon: most processes are over after a dozen rounds.
const MOST_ROUNDS_LATER = 8;

/** What is special about one world, each drawn by itself: what is left out of a world changes nothing about the rest. */
export interface Drawn {
  readonly ids: readonly string[];
  readonly build: Omit<Build, 'onSave'>;
  /** Rounds in which faults strike. */
  readonly stormRounds: number;
  /** The round of each deploy. */
  readonly deployAt: readonly number[];
  /** How many rounds after its beginning somebody cancels, or migrates, a process, by its id. */
  readonly cancelAt: ReadonlyMap<string, number>;
  readonly migrateAt: ReadonlyMap<string, number>;
}

/** The world of a seed. */
export function drawWorld(settings: SimulationSettings, seed: number): Drawn {
  const { processes, deploys, runner, idempotent } = settings;
  const draw = (purpose: string) => chanceFor(seed, purpose);
  const stormRounds = 20 + draw('storm').whole(40);
  const ids = Array.from({ length: processes }, (_, place) => {
    const chance = draw(`id ${place}`);
    return chance.share(0.25) ? `${chance.pick(HOSTILE_IDS)}${place}` : `p${place}`;
  });
  const moments = (purpose: string, share: number) =>
    new Map(
      ids.flatMap((id, place) => {
        const chance = draw(`${purpose} ${place}`);
        return chance.share(share) ? [[id, chance.whole(MOST_ROUNDS_LATER)] as const] : [];
      }),
    );
  return {
    ids,
    stormRounds,
    deployAt: deploys.map((_, place) => draw(`deploy ${place}`).whole(stormRounds)).sort((a, b) => a - b),
    cancelAt: moments('cancel', settings.cancel),
    migrateAt: moments('migrate', settings.migrate),
    build: {
      options: {
        settle: draw('settle').pick(['eager', 'lazy'] as const),
        warm: draw('warm').pick([0, 10]),
        maxTries: 8,
        ...runner,
      },
      isCarried: draw('carried').share(0.2),
      leases: draw('lock').share(0.25) ? new Map() : undefined,
      hasScheduler: draw('scheduler').share(0.25),
      journal: draw('journal').share(0.2) ? memoryJournal() : undefined,
      isIdempotent: idempotent,
    },
  };
}
