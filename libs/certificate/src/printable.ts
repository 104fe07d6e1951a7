/**
 * Text from elsewhere, safe on a terminal, on one line and in a page: control characters (an escape sequence could rewrite what is read)
 * and the marks that turn the direction of writing are shown by their code. Escapes no markup.
 */
export function printable(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- control characters are what it is after
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
