import type { IncomingMessage } from 'node:http';

/**
 * Clients do not encode ids, so a `%` in a path that starts no escape means itself, and so does a `#`: what comes here has no
 * fragment. Left alone, the first would be a malformed URL, while a malformed id has to be a 404 like any unknown one; and the
 * router would take what stands before the second for the whole id, which may be that of another workspace.
 */
export function lenientUrl(request: Pick<IncomingMessage, 'url'>): string {
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  const rest = query.length > 0 ? `?${query.join('?')}` : '';
  return (decodes(path) ? path : path.replaceAll('%', '%25')).replaceAll('#', '%23') + rest;
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
