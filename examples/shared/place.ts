import { isAbsolute, relative, sep } from 'node:path';

/** A path as people like to read it: relative where it lies below the current folder, whole otherwise. */
export function place(path: string, from: string = process.cwd()): string {
  const way = relative(from, path);
  if (way === '') return '.';
  return way.split(sep)[0] === '..' || isAbsolute(way) ? path : way;
}
