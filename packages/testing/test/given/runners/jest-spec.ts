import { fails, holds } from './story.ts';

// What jest puts into the global scope; it is not typed here, since vitest's types would meet it.
declare const it: (name: string, run: () => Promise<void>) => void;

it('it holds', holds);
it('it does not hold', fails);
