import { InvalidArgumentError } from 'commander';

/** An option's text. An unset variable of a script must not mean all organizations, or nobody in the audit. */
export function notEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
}
