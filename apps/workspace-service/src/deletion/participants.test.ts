import { describe, expect, it } from 'vitest';
import { parseParticipants } from './participants.js';

describe('parseParticipants', () => {
  it('reads who must report, and who must count blocks', () => {
    expect([...parseParticipants(' realm-purge:blocks, blob-sweeper:blocks ,mail')]).toEqual([
      ['realm-purge', true],
      ['blob-sweeper', true],
      ['mail', false],
    ]);
  });
  it.each([
    ['', /write each participant/],
    ['a:blocks,,b:blocks', /write each participant/],
    ['A:blocks,b:blocks', /write each participant/],
    ['a:bytes,b:blocks', /write each participant/],
    ['a:blocks,b:blocks,a', /a is named twice/],
    ['a:blocks,b', /at least two participants/],
    ['a:blocks,gateway:blocks', /gateway calls as itself/],
    ['a:blocks,operator:blocks', /operator calls as itself/],
    ['a:blocks,workspace-service:blocks', /workspace-service calls as itself/],
  ])('refuses "%s" in a sentence', (text, sentence) => {
    expect(() => parseParticipants(text)).toThrow(sentence);
  });
});
