import type { Answer } from '../system/rest.js';

/** Tells the reader what happens; the one place that knows of terminals. */
export interface Narrator {
  chapter(title: string): void;
  say(line: string): void;
  answer(call: string, answer: Answer): void;
  /** A line that is written over on a terminal, and now and then elsewhere. */
  progress(what: string, done: number, total: number): void;
}

const BAR = 30;
const STEPS_ELSEWHERE = 5;

export function createNarrator(out: NodeJS.WriteStream): Narrator {
  const began = Date.now();
  let chapters = 0;
  let open = false;
  let told = '';
  const line = (text: string) => {
    if (open) out.write('\n');
    open = false;
    out.write(`${text}\n`);
  };
  return {
    chapter(title) {
      chapters += 1;
      line(`\n${chapters}. ${title}   (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    },
    say: (text) => {
      line(`   ${text}`);
    },
    answer(call, { status, body }) {
      line(`   ${call}\n     → ${status} ${JSON.stringify(body)}`);
    },
    progress(what, done, total) {
      const share = total === 0 ? 1 : done / total;
      const text = `   ${what}  ${'█'.repeat(Math.round(share * BAR)).padEnd(BAR, '░')}  ${done}/${total}`;
      if (out.isTTY) {
        if (text === told) return;
        told = text;
        out.write(`\r${text}`);
        open = done < total;
        if (!open) out.write('\n');
        return;
      }
      const step = `${what} ${Math.floor(share * STEPS_ELSEWHERE)}`;
      if (step !== told) line(text);
      told = step;
    },
  };
}
