import { describe, expect, it } from 'vitest';
import { createJudge } from './described-answers.js';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const judge = createJudge({
  paths: {
    '/thing/{id}': {
      get: {
        operationId: 'getThing',
        responses: {
          200: json({ $ref: '#/components/schemas/Thing' }),
          204: { description: 'nothing' },
          404: json({ $ref: '#/components/schemas/Error' }),
        },
      },
    },
    '/thing/events': {
      get: { operationId: 'watch', responses: { 200: { content: { 'text/event-stream': { schema: {} } } } } },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        properties: { time: { type: 'string', format: 'date-time' } },
        required: ['time'],
        additionalProperties: false,
      },
      Error: { type: 'object', required: ['message'] },
      Deletion: { type: 'object', required: ['state'] },
    },
  },
});
const THING = 'GET /thing/{id}';
const answer = (status: number, text: string, type = 'application/json; charset=utf-8') => ({
  status,
  text,
  headers: type === '' ? {} : { 'content-type': type },
});
const good = '{"time":"2026-01-01T00:00:00.000Z"}';

describe('createJudge', () => {
  it.each([
    ['/thing/x', THING],
    ['//thing//x/?a=b', THING],
    ['/thing', undefined],
    ['/thing/x/y', undefined],
  ])('finds the operation of %s', (path, name) => {
    expect(judge.operationOf('GET', path)).toBe(name);
    expect(judge.operationOf('HEAD', path)).toBeUndefined();
  });

  it.each([answer(200, good), answer(204, '', ''), answer(404, '{"message":"x"}')])(
    'takes what is as described: %#',
    (one) => {
      expect(judge.faultsOf(THING, one)).toEqual([]);
    },
  );

  it.each([
    ['a status', answer(201, good)],
    ['a type', answer(200, good, 'text/plain')],
    ['no type', answer(200, good, '')],
    ['no JSON', answer(200, 'x')],
    ['a field too many', answer(200, good.replace('}', ',"more":1}'))],
    ['a field too few', answer(200, '{}')],
    ['a time that is none', answer(200, '{"time":"yesterday"}')],
    ['a body where there is none', answer(204, '{}')],
    ['an error without a message', answer(404, '{}')],
  ])('finds %s', (_, one) => {
    expect(judge.faultsOf(THING, one)).toHaveLength(1);
  });

  it('looks into events', () => {
    const events = (data: string) =>
      answer(200, `retry: 1\n\nevent: e\ndata: ${data}\n\n`, 'text/event-stream');
    expect(judge.faultsOf('GET /thing/events', events('{"state":"x"}'))).toEqual([]);
    expect(judge.faultsOf('GET /thing/events', events('{}'))).toHaveLength(1);
  });

  it('knows an error of any operation', () => {
    expect(judge.faultsOfError(answer(409, '{"message":"x"}'))).toEqual([]);
    expect(judge.faultsOfError(answer(409, '{}'))).toHaveLength(1);
    expect(judge.faultsOfError(answer(409, '{"message":"x"}', 'text/plain'))).toHaveLength(1);
  });
});
