import { z } from 'zod';

export const HTML = 'text/html; charset=utf-8';

/**
 * Whether a client names HTML, and JSON not before it (RFC 9110, section 12.5.1). Whoever takes anything gets JSON, as it always was.
 */
export function wantsHtml(accept: string | undefined): boolean {
  const weights = new Map<string, number>();
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
    const quality = weight === undefined ? 1 : Number(weight);
    weights.set(type, Number.isFinite(quality) ? quality : 0);
  }
  const html = weights.get('text/html') ?? 0;
  return html > 0 && html >= (weights.get('application/json') ?? 0);
}

interface Described {
  readonly content: Readonly<Record<string, unknown>>;
}

/** The `responses` of an operation whose success is answered as a page too. */
export function alsoAsPage<R extends Readonly<Record<200, Described>>>(described: R): R {
  const page = { 'text/html': { schema: z.string() } };
  return { ...described, 200: { ...described[200], content: { ...described[200].content, ...page } } };
}
