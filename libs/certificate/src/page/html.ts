import { createHash } from 'node:crypto';
import { printable } from '../printable.js';

/** Text as it stands in HTML, in elements and attributes alike; what turns the direction of writing or controls is shown by its code. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** For A4, and for a screen. */
const STYLE = `@page{size:A4;margin:18mm}
body{font:10.5pt/1.4 serif;max-width:175mm;margin:8mm auto;padding:0 4mm;color:#111;background:#fff}
h1{font-size:17pt;margin:0 0 2mm}h2{font-size:12pt;margin:6mm 0 1mm;break-after:avoid}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.6mm 2mm .6mm 0;border-bottom:.2mm solid #ccc}
th{font-weight:normal;color:#444;width:38%}thead th{width:auto}tr{break-inside:avoid}td,pre,li{overflow-wrap:anywhere}
.seal{border:.5mm solid #111;padding:2mm 3mm;margin:3mm 0}.warning{border:.5mm solid #a00;padding:2mm 3mm;margin:3mm 0;font-weight:bold}
pre{font-size:7.5pt;white-space:pre-wrap;margin:0}`;

/** What a page may do: nothing but look as it does. The same stands in the page itself, for when it is a file. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** How a page was checked when it was made. Whoever verifies the file sees whether it is true. */
export type Seal =
  | { readonly kind: 'verified'; readonly keyId: string }
  /** The key was not at hand. */
  | { readonly kind: 'unverified'; readonly keyId: string };

export type Row = readonly [label: string, value: string | null | undefined];

/** Labelled values; those without one are left out. */
export function table(rows: readonly Row[]): string {
  const lines = rows.flatMap(([label, value]) =>
    value === null || value === undefined || value === ''
      ? []
      : [`<tr><th scope="row">${escaped(label)}</th><td>${escaped(value)}</td></tr>`],
  );
  return `<table>\n${lines.join('\n')}\n</table>`;
}

/** Columns under their heads. */
export function grid(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const body = lines.map((line) => `<tr>${line.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`);
  return `<table>\n<thead><tr>${head}</tr></thead>\n${body.join('\n')}\n</table>`;
}

export const section = (heading: string, body: string): string => `<h2>${escaped(heading)}</h2>\n${body}`;
export const warning = (text: string): string => `<p class="warning">${escaped(text)}</p>`;
export const list = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${escaped(item)}</li>`).join('\n')}\n</ul>`;

/** A whole page, without scripts and without anything from elsewhere. The same words give the same bytes. */
export function page(title: string, seal: Seal, jws: string, body: readonly string[]): string {
  const sealed =
    seal.kind === 'verified'
      ? `Signature verified when this page was made, with the key ${seal.keyId}.`
      : `The signature was not verified when this page was made: the key ${seal.keyId} was not among the public keys.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">
<meta name="viewport" content="width=device-width">
<meta name="lethe-page" content="1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="${seal.kind === 'verified' ? 'seal' : 'warning'}">${escaped(sealed)} Check this file yourself, with the public keys: lethe certificate verify FILE --keys KEYS</p>
${body.join('\n')}
${section('The signed document (compact JWS, RFC 7515)', `<pre id="jws">${escaped(jws)}</pre>`)}
</body>
</html>
`;
}

/** The JWS that a page carries; undefined: it is no such page. */
export function embeddedJws(html: string): string | undefined {
  return html.startsWith('<!doctype html>') ? /<pre id="jws">([^<]+)<\/pre>/.exec(html)?.[1] : undefined;
}
