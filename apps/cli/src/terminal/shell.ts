import { printable } from './printable.js';

/** A command as a shell takes it, to be copied: what is more than a plain word is quoted. */
export function shellCommand(...words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  const shown = printable(word);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
