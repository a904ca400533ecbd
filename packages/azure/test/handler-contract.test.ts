import { handlerContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { FORMS } from './support/handler-forms.ts';

const TEXT = 'a trigger that carries any text';

// What a way in cannot be shown, by the case: those that carry events alone have no broken ones.
const UNSHOWN: Readonly<Record<string, readonly string[]>> = {
  'Event Grid': [TEXT, TEXT],
  'HTTP, binary': [TEXT, TEXT],
  'HTTP, batched': [TEXT, TEXT],
};

for (const [way, make] of Object.entries(FORMS)) {
  describe(`functionsHandler by ${way}`, () => {
    const unshown: string[] = [];
    for (const { name, show } of handlerContract) {
      it(name, async () => {
        const needs = await show(make);
        if (needs !== undefined) unshown.push(needs);
      });
    }
    it('shows all that it can carry', () => {
      expect(unshown).toEqual(UNSHOWN[way] ?? []);
    });
  });
}
