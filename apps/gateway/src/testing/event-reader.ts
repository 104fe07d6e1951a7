import { request, type IncomingMessage } from 'node:http';

/** A client that reads a stream as it comes, and may stop doing so. */
export interface EventReader {
  readonly response: IncomingMessage;
  /** What has come so far. */
  readonly text: () => string;
  /** Resolves once what has come satisfies the test; rejects when the stream ends before. */
  until(arrived: (text: string) => boolean): Promise<void>;
  /** Resolves when the stream has ended, in whatever way. */
  readonly ended: Promise<void>;
  leave(): void;
}

export function readEvents(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventReader> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, headers, agent: false }, (response) => {
      let text = '';
      let over = false;
      const waiting = new Set<() => void>();
      const tell = () => {
        for (const look of waiting) look();
      };
      const ended = new Promise<void>((end) => {
        response.on('close', () => {
          over = true;
          tell();
          end();
        });
      });
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        tell();
      });
      resolve({
        response,
        text: () => text,
        until: (arrived) =>
          new Promise((done, fail) => {
            const look = () => {
              if (!over && !arrived(text)) return;
              waiting.delete(look);
              if (arrived(text)) done();
              else fail(new Error(`the stream ended before that: ${text.slice(-500)}`));
            };
            waiting.add(look);
            look();
          }),
        ended,
        leave: () => sent.destroy(),
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
