import { test } from 'node:test';
import { forgets } from './story.ts';

test('it is not awaited', forgets);
