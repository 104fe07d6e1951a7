import { describe, expect, test } from 'vitest';
import { readVerdict } from './pan-output.js';

/** As pan prints it: each case is one that was seen, shortened. */
const printed = (...lines: string[]) => ['pan: ltl formula norestore', ...lines, ''].join('\n');
const END = 'State-vector 156 byte, depth reached 629, errors: 0';
const ERROR = END.replace(/0$/, '1');
const STATES = '   148085 states, stored (481333 visited)';
const verdict = (...lines: string[]) => readVerdict(printed(...lines), 'norestore');

describe('what pan says', () => {
  test('a whole search without errors holds', () => {
    expect(verdict(END, STATES)).toEqual({ kind: 'holds', states: 148_085 });
  });

  test.each([
    ['!(held)', '!held'],
    ['((ws==3)&&due[epoch])', 'ws==DELETED&&due[epoch]'],
    ['((ws==2)||(ws==1))', 'ws==PURGING||ws==PURGED'],
    [' !(( !( !(started))&& !(((ws==2)||(ws==1)))))', 'the property'],
    [' !( !( !((orphanGrant&&(ws==1)))))', 'the property'],
  ])('the assertion %s', (assertion, by) => {
    const line = `pan:1: assertion violated ${assertion} (at depth 25)`;
    expect(verdict(line, ERROR, '        281 states, stored')).toEqual({ kind: 'fails', by, states: 281 });
  });

  test('a cycle', () => {
    const line = 'pan:1: acceptance cycle (at depth 14)';
    expect(verdict(line, ERROR, STATES)).toMatchObject({ kind: 'fails', by: 'a cycle' });
  });
});

describe('what is no answer', () => {
  test.each([
    ['too few processes', ['pan: error: too many processes -- current max is 10 procs (-DNFAIR=3)']],
    ['nothing', []],
    ['not deep enough', ['error: max search depth too small', END, STATES]],
    ['out of memory', ['pan: out of memory', 'Warning: Search not completed', END, STATES]],
    ['another error', ['pan:1: invalid end state (at depth 3)', ERROR, STATES]],
  ])('%s', (_, lines) => {
    expect(() => verdict(...lines)).toThrow('norestore');
  });

  test('the answer to another question', () => {
    expect(() => readVerdict(printed(END, STATES), 'complete')).toThrow('something else');
  });
});
