import { test } from 'node:test';
import { fails, holds } from './story.ts';

test('it holds', holds);
test('it does not hold', fails);
