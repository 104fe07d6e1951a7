/**
 * One NATS token for any organization id: injective, and free of the characters that have a meaning in a subject
 * (`.`, `*`, `>`, white space). Percent-encoding, with the marks that encodeURIComponent leaves alone encoded too.
 *
 * @throws RangeError when the text is empty (an empty token would shift the subject's other tokens) or holds half a character.
 */
export function subjectToken(text: string): string {
  if (text === '') throw new RangeError('a subject token cannot be empty');
  if (/\p{Cs}/u.test(text)) throw new RangeError('a subject token cannot hold a lone surrogate');
  return encodeURIComponent(text).replace(
    /[!'()*.~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `lethe.<organization>.<workspace>.<event>`; the event's own dot separates noun and verb. */
export function subjectOf(organizationId: string, workspaceId: string, event: string): string {
  return `lethe.${subjectToken(organizationId)}.${subjectToken(workspaceId)}.${event}`;
}
