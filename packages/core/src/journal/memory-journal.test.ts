import { describe, expect, it } from 'vitest';
import { entry, has } from '../../../testing/src/contracts/journal-case.ts';
import { journalContract } from '../../../testing/src/contracts/journal-contract.ts';
import { memoryJournal } from './memory-journal.ts';

describe('memoryJournal', () => {
  for (const { name, run } of journalContract) it(name, () => run(memoryJournal));

  it('keeps no more than its count between two prunes', async () => {
    const journal = memoryJournal({ retention: { count: 2 } });
    for (const revision of [1, 2, 3]) await journal.append('p', [entry(revision)]);
    await has(journal, 'p', ['2.0', '3.0']);
    await journal.append('p', [entry(1)]);
    await has(journal, 'p', ['2.0', '3.0']);
  });

  it('refuses options it does not know and limits that are none', () => {
    const config = expect.objectContaining({ code: 'XORCA_CONFIG' });
    for (const options of [
      { retension: { count: 1 } },
      { retention: { cuont: 1 } },
      { retention: { count: 0 } },
      { retention: { count: 1.5 } },
      { retention: { age: 'a day' } },
      { retention: { age: -1 } },
    ]) {
      expect(() => memoryJournal(options as object), JSON.stringify(options)).toThrow(config);
    }
    expect(() => memoryJournal({ retention: { cuont: 1 } as object })).toThrow('count');
  });
});
