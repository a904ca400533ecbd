import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { program } from './program.ts';
import { outcome, rows } from './state-folder.ts';

/** The line of the first command: after the four of the opening and a blank one, the start event and the first state. */
const FIRST_COMMAND = 8;

describe('the program', () => {
  it('finds all finished when it is started again, shows the results, and changes no row', async () => {
    const dir = await temporaryFolder();
    await program.start('--dir', dir, 'tom-sawyer').ended;
    const before = rows(dir);
    const again = program.start('--dir', dir, 'tom-sawyer');
    expect(await again.ended).toEqual({ code: 0, signal: null, errors: '' });
    const output = again.lines.join('\n');
    expect(output).toContain('Found there: tom-sawyer finished.');
    expect(output).toContain('5/5  · found finished: nothing to do');
    expect(output).toMatch(/■ finished\n +The Adventures of Tom Sawyer:\n +1\. Huck Finn is drawn from life/);
    expect(output).not.toMatch(/\/5 {2}[→←]/);
    expect(rows(dir)).toEqual(before);
  });

  it('stops by Ctrl-C with what is under way done, and goes on when it is started again', async () => {
    const [calm, dir] = [await temporaryFolder(), await temporaryFolder()];
    await program.start('--dir', calm, 'tom-sawyer').ended;
    const stopped = program.start('--dir', dir, '--pace', '100', 'tom-sawyer');
    await stopped.printed(12);
    stopped.kill('SIGINT');
    expect(await stopped.ended).toEqual({ code: 130, signal: null, errors: '' });
    expect(stopped.lines.slice(-2)).toEqual([
      `Stopped. The state lies in ${dir}.`,
      'Started again, it goes on from there.',
    ]);
    const again = program.start('--dir', dir, 'tom-sawyer');
    expect(await again.ended).toEqual({ code: 0, signal: null, errors: '' });
    expect(again.lines[1]).toBe('Found there: tom-sawyer under way.');
    expect(await outcome(dir)).toEqual(await outcome(calm));
  });

  it('tries again what a former start had given up', async () => {
    const dir = await temporaryFolder();
    await program.startToDieAt(FIRST_COMMAND, '--dir', dir, 'tom-sawyer').ended;
    const db = new DatabaseSync(join(dir, 'xorca.db'));
    db.exec(
      `UPDATE xorca_delivery SET dead_at = 1, error = 'was down' WHERE event LIKE '%"cmd.books.fetch"%'`,
    );
    db.close();
    const again = program.start('--dir', dir, 'tom-sawyer');
    expect(await again.ended).toEqual({ code: 0, signal: null, errors: '' });
    expect(again.lines.join('\n')).toContain('· cmd.books.fetch had been given up, is tried again');
  });

  it('ends with exit code 1 when there is no such book, and says which there are', async () => {
    const dir = await temporaryFolder();
    for (const start of ['first', 'second']) {
      const run = program.start('--dir', dir, 'nosuch');
      expect(await run.ended, start).toEqual({ code: 1, signal: null, errors: '' });
      const output = run.lines.join('\n');
      expect(output).toContain('• Failed');
      expect(output).toContain(
        'No summary: There is no book "nosuch". The catalogue has opticks, tom-sawyer.',
      );
    }
  });

  it('says that another program has the folder, and ends with exit code 2', async () => {
    const dir = await temporaryFolder();
    const first = program.start('--dir', dir, '--pace', '60000', 'tom-sawyer');
    await first.printed(6);
    const { code, errors } = await program.start('--dir', dir, 'tom-sawyer').ended;
    expect(code).toBe(2);
    expect(errors).toMatch(/^XORCA_CONFIG: .*open already.* in another process\..*\n$/);
    expect(errors).toContain(dir);
  });

  it('says how to call it when it is called wrongly, and ends with exit code 2', async () => {
    const run = program.start('--pace', 'slow');
    expect(await run.ended).toMatchObject({
      code: 2,
      errors: expect.stringContaining('Usage: npm start'),
    });
    expect(run.lines).toEqual([]);
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const dir = await temporaryFolder();
    const run = program.start('--dir', dir, '--pace', '50', 'tom-sawyer');
    await run.printed(6);
    run.hangUp();
    expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
  });
});
