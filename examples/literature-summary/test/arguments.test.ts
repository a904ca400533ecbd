import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { place } from '../../shared/place.ts';
import { readArguments } from '../src/arguments.ts';
import { exitCodeOf } from '../src/stop-signal.ts';

describe('arguments', () => {
  it('are both books, the folder beside the sources and no wait when nothing is said', () => {
    expect(readArguments([])).toEqual({
      dir: resolve(import.meta.dirname, '../.xorca'),
      paceMs: 0,
      books: ['tom-sawyer', 'opticks'],
      style: 'commands',
    });
  });

  it('name folder, pace and books, each book once', () => {
    const argv = ['--dir', 'here', 'opticks', '--pace=1000', 'emma', 'opticks'];
    const books = ['opticks', 'emma'];
    expect(readArguments(argv)).toEqual({ dir: 'here', paceMs: 1000, books, style: 'commands' });
  });

  it('give the plain style a folder of its own', () => {
    expect(readArguments(['--plain', '--dir', 'here'])).toMatchObject({
      dir: join('here', 'plain'),
      style: 'plain',
    });
  });

  it.each([['--help'], ['-h'], ['opticks', '--help']])('%s %s asks for help', (...argv) => {
    expect(readArguments(argv)).toBe('help');
  });

  it.each([
    [['--pace', 'slow'], '--pace must be milliseconds from 0 to 60000, not "slow".'],
    [['--pace=-1'], 'not "-1"'],
    [['--pace='], 'not ""'],
    [['--pace', '60001'], 'not "60001"'],
    [['--dir='], '--dir must name a folder.'],
    [['--dir'], "'--dir <value>'"],
    [['--pacce', '1'], "Unknown option '--pacce'"],
  ])('%j are wrong, and the message says why', (argv, message) => {
    expect(() => readArguments(argv)).toThrow(message);
  });
});

describe('a place', () => {
  const here = resolve('work');
  it.each([
    [join(here, 'a', 'b'), join('a', 'b')],
    ['..state', '..state'],
    [here, '.'],
    [resolve('elsewhere'), resolve('elsewhere')],
  ])('%s is told as %s', (path, told) => {
    expect(place(resolve(here, path), here)).toBe(told);
  });
});

it('tells a signal by the exit code that shells have for it', () => {
  expect([exitCodeOf('SIGINT'), exitCodeOf('SIGTERM')]).toEqual([130, 143]);
});
