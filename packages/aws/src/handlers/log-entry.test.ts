import { afterEach, describe, expect, it, vi } from 'vitest';
import { letters, lettersWorld, told } from '../../../core/test/support/letters.ts';
import {
  eventBridgeEvent,
  httpEvent,
  snsEnvelope,
  snsEvent,
  sqsRecord,
} from '../../test/support/lambda-events.ts';
import { lambdaHandler } from '../lambda-handler.ts';

afterEach(() => vi.restoreAllMocks());

async function written(...events: readonly unknown[]): Promise<string[]> {
  const lines: string[] = [];
  const keep = (line: unknown) => void lines.push(String(line));
  vi.spyOn(console, 'warn').mockImplementation(keep);
  vi.spyOn(console, 'error').mockImplementation(keep);
  const handler = lambdaHandler(letters, lettersWorld().platform);
  await handler.runner.start({ id: 'p' });
  for (const event of events) {
    await handler(event).catch((error: Error) => lines.push(`thrown: ${error.message} ${error.cause}`));
  }
  return lines;
}

describe('the log of a handler', () => {
  it('is one line of JSON for each message that was not taken', async () => {
    const broken = { ...told('note', 'p', { text: 5 }), id: 'e1' };
    const throwing = { ...told('break', 'p'), id: 'e2' };
    const record = (event: unknown, messageId: string) =>
      sqsRecord(JSON.stringify(event), { messageId, attributes: { ApproximateReceiveCount: '2' } });
    const lines = await written({ Records: [record(broken, 'm1'), record(throwing, 'm2')] });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(
      '{"level":"error","message":"Event \\"evt.letters.note\\" with id \\"e1\\" was not taken: data.text: Invalid input: expected string, received number. Correct the event and send it again. It can never be taken: it is given back, so that its trigger puts it aside after its last try.","code":"XORCA_INVALID_EVENT","trigger":"sqs","messageId":"m1","receiveCount":2,"processId":"p","eventId":"e1","eventType":"evt.letters.note","eventSource":"/test"}',
    );
    expect(JSON.parse(lines[1] ?? '')).toEqual({
      level: 'warn',
      message: expect.stringMatching(/more than it can bear.*It is given back and comes again\.$/),
      code: 'XORCA_MACHINE',
      trigger: 'sqs',
      messageId: 'm2',
      receiveCount: 2,
      processId: 'p',
      eventId: 'e2',
      eventType: 'evt.letters.break',
      eventSource: '/test',
    });
  });

  it('never has data of an event, however broken it is, nor has what is thrown', async () => {
    const secret = 'TOPSECRET';
    const data = { text: 5, card: secret };
    const bodies = [
      JSON.stringify(told('note', 'p', data)),
      JSON.stringify(told('break', 'p', { text: secret })),
      JSON.stringify({ ...told('note', 'p'), data, id: { secret } }),
      JSON.stringify({ ...told('note', 'p'), data, subject: undefined }),
      `{"data": ${secret}}`,
      `${secret}`,
      `{"text":"${secret}" "x"}`,
      `["${secret}", tru`,
      JSON.stringify(secret),
      JSON.stringify({ xorca: 'wake', id: { secret } }),
    ];
    const type = { 'content-type': 'application/cloudevents+json' };
    const head = {
      'ce-id': '1',
      'ce-source': '/s',
      'ce-type': 't',
      'ce-subject': 'p',
      'ce-specversion': '1.0',
    };
    const events = bodies.flatMap((body) => [
      { Records: [sqsRecord(body), sqsRecord(snsEnvelope(body))] },
      snsEvent(body),
      eventBridgeEvent(body),
      eventBridgeEvent({ [secret]: body }),
      httpEvent(body, type),
      httpEvent(body, { ...head, 'content-type': 'application/json' }),
      { Records: [{ s3: body }] },
    ]);
    const lines = await written(...events);
    expect(lines.length).toBeGreaterThan(events.length);
    for (const line of lines) expect(line).not.toMatch(/TOPS|SECRET/i);
  });

  it('is not filled by those who send long names', async () => {
    const long = 'x'.repeat(5_000);
    const event = told('note', 'p', { text: 5 }, { id: long, source: `/${long}` });
    const [line = ''] = await written({ Records: [sqsRecord(JSON.stringify(event))] });
    expect(JSON.parse(line).eventSource).toHaveLength(201);
    expect(line.length).toBeLessThan(2_000);
  });
});
