import type { IncomingMessage } from 'node:http';

/**
 * Clients do not encode ids, so a `%` in a path that starts no escape means itself. Left alone it would be a malformed URL,
 * while a malformed id has to be a 404 like any unknown one.
 */
export function lenientUrl(request: Pick<IncomingMessage, 'url'>): string {
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  const rest = query.length > 0 ? `?${query.join('?')}` : '';
  return (decodes(path) ? path : path.replaceAll('%', '%25')) + rest;
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
