import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import { DeletionState, type Deletion, type DeletionProgress } from '@lethe/contracts';
import { ratePhrases, settledBlocks, stateLine } from '../deletion/deletion-lines.js';
import { createConditionLines, type DeletionView } from './deletion-view.js';

const FORMAT = 'purging [{bar}] {percentage}% | {value}/{total} blocks{facts}';

/**
 * A progress bar while blocks are swept, lines for everything else. The bar appears once the total is known, so that it
 * never jumps back.
 */
export function createBarView(output: Writable): DeletionView {
  const conditions = createConditionLines();
  let bar: SingleBar | undefined;
  let last = '';

  function line(text: string): void {
    end();
    output.write(`${text}\n`);
  }
  function end(): void {
    bar?.stop();
    bar = undefined;
  }
  function draw(progress: DeletionProgress): void {
    const value = settledBlocks(progress);
    const facts = { facts: factsOf(progress) };
    if (bar === undefined) {
      // Drawn when something changes, not by a timer: what is shown is what was received.
      bar = new SingleBar({ format: FORMAT, stream: output, fps: 1_000 });
      bar.start(progress.blocksTotal, value, facts);
    } else {
      bar.setTotal(progress.blocksTotal);
      bar.update(value, facts);
    }
  }
  return {
    show(deletion: Deletion) {
      for (const change of conditions.changes(deletion)) line(change);
      const { state, progress } = deletion;
      if (state === DeletionState.PURGING && progress !== undefined && progress.blocksTotal > 0) {
        draw(progress);
        return;
      }
      if (bar !== undefined && state === DeletionState.PURGED && progress !== undefined) draw(progress);
      const text = stateLine(deletion);
      if (text !== last) line(text);
      last = text;
    },
    note: line,
    end,
  };
}

function factsOf(progress: DeletionProgress): string {
  const blocked = progress.blocksBlocked > 0 ? [`${progress.blocksBlocked} blocked`] : [];
  return [...blocked, ...ratePhrases(progress)].map((fact) => ` | ${fact}`).join('');
}
