import { describe, expect, it } from 'vitest';
import { compose, type Component } from './component.js';

const log: string[] = [];
function part(name: string, faults: { start?: Error; stop?: Error } = {}): Component {
  const act = (what: 'start' | 'stop') => () => {
    log.push(`${what} ${name}`);
    const fault = faults[what];
    return fault ? Promise.reject(fault) : Promise.resolve();
  };
  return { name, start: act('start'), stop: act('stop') };
}
const logged = () => log.splice(0);

describe('compose', () => {
  it('starts in order, once, and stops in reverse, once', async () => {
    const whole = compose('whole', [part('a'), part('b')]);
    await Promise.all([whole.start(), whole.start()]);
    await Promise.all([whole.stop(), whole.stop()]);
    expect(logged()).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops what had started when one fails to start, and says why it did', async () => {
    const whole = compose('whole', [part('a'), part('b', { start: new Error('no port') }), part('c')]);
    await expect(whole.start()).rejects.toThrow('no port');
    expect(logged()).toEqual(['start a', 'start b', 'stop b', 'stop a']);
    await whole.stop();
    expect(logged()).toEqual([]);
  });

  it('says why it did not start even when the rest does not stop either', async () => {
    const whole = compose('whole', [
      part('a', { stop: new Error('stuck') }),
      part('b', { start: new Error('no port') }),
    ]);
    await expect(whole.start()).rejects.toThrow('no port');
    logged();
  });

  it('stops the others when one does not stop, and tells', async () => {
    const whole = compose('whole', [part('a'), part('b', { stop: new Error('stuck') }), part('c')]);
    await whole.start();
    logged();
    await expect(whole.stop()).rejects.toThrow('whole did not stop cleanly');
    expect(logged()).toEqual(['stop c', 'stop b', 'stop a']);
  });

  it('never starts what was stopped before', async () => {
    const whole = compose('whole', [part('a')]);
    await whole.stop();
    await whole.start();
    expect(logged()).toEqual([]);
  });

  it('ends a start under way after the component under way', async () => {
    let stopped: Promise<void> | undefined;
    const slow: Component = {
      ...part('slow'),
      start: () => {
        stopped = whole.stop();
        return Promise.resolve();
      },
    };
    const whole: Component = compose('whole', [part('a'), slow, part('z')]);
    await whole.start();
    await stopped;
    expect(logged()).toEqual(['start a', 'stop slow', 'stop a']);
  });
});
