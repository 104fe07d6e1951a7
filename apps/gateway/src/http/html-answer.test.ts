import { describe, expect, it } from 'vitest';
import { wantsHtml } from './html-answer.js';

describe('wantsHtml', () => {
  it.each([
    'text/html',
    'TEXT/HTML; charset=utf-8',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/html;q=0.5, */*',
    'application/json;q=0.4, text/html;q=0.5',
  ])('%j does', (accept) => {
    expect(wantsHtml(accept)).toBe(true);
  });

  it.each([
    undefined,
    '',
    '*/*',
    'text/*',
    'application/json',
    'text/html;q=0',
    'text/html;q=x',
    'application/json, text/html;q=0.9',
    'nonsense',
  ])('%j does not', (accept) => {
    expect(wantsHtml(accept)).toBe(false);
  });
});
