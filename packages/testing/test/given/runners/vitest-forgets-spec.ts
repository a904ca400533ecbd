import { test } from 'vitest';
import { forgets } from './story.ts';

test('it is not awaited', forgets);
