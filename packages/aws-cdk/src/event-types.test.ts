import { App, Stack } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { eventTypes } from './event-types.ts';

const scope = new Stack(new App(), 'Test');

it('types are told from beginnings, and what a beginning covers is named no more', () => {
  expect(eventTypes(scope, ['cmd.a', 'evt.*', 'evt.b.done', 'evt.b.*', 'cmd.a', 'cmd.b.*'])).toEqual({
    whole: ['cmd.a'],
    prefixes: ['evt.', 'cmd.b.'],
  });
});

it('what would take nothing, everything, or something else than it says is refused', () => {
  expect(() => eventTypes(scope, [])).toThrow(
    /XORCA_CONFIG: takes must name at least one event type.*\(at Test\)/,
  );
  for (const type of ['', '*', '.*', '..*', 'evt*', 'evt.*.done', 'evt.?', 'a b', 7]) {
    expect(() => eventTypes(scope, [type as string]), String(type)).toThrow(/XORCA_CONFIG: takes must have/);
  }
  expect(() => eventTypes(scope, undefined as never)).toThrow(/XORCA_CONFIG/);
});
