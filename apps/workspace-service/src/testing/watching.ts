import type { WatchDeletionRequest, WatchDeletionResponse } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import type { WorkspaceServiceHandle } from '../workspace-service.js';
import { clientsOf, configOf, serviceOf } from './running-service.js';
import { callerNamed, certificateKey } from './stories.js';

/** For tests: a watch over a real socket. */
export interface Watch {
  next(): Promise<WatchDeletionResponse>;
  /** The reason it was refused or ended with; `end` without one. What came before it is thrown away. */
  ended(): Promise<string>;
  readonly unread: () => number;
  cancel(): void;
}
/** By a user, or (undefined) an operator. */
export function watchAt(
  { grpcAddress }: { readonly grpcAddress: string },
  user: string | undefined,
  workspaceId: string,
  lastEventId = '',
): Watch {
  const clients = clientsOf(grpcAddress, user === undefined ? 'operator' : 'gateway');
  const request: WatchDeletionRequest = {
    ...{ workspaceId, lastEventId },
    caller: user === undefined ? undefined : callerNamed(user),
  };
  const call = clients.workspaces.stream((c) => c.watchDeletion.bind(c), request);
  const [arrived, waiting]: [WatchDeletionResponse[], ((answer: WatchDeletionResponse) => void)[]] = [[], []];
  const ended = new Promise<string>((resolve) => {
    call.on('end', () => resolve('end'));
    call.on('error', (error: unknown) => resolve(refusalOf(error)?.reason ?? String(error)));
  }).finally(() => clients.close());
  call.on('data', (answer: WatchDeletionResponse) => {
    const take = waiting.shift();
    if (take) take(answer);
    else arrived.push(answer);
  });
  return {
    next: async () => {
      const first = arrived.shift();
      if (first) return first;
      const come = new Promise<WatchDeletionResponse>((resolve) => waiting.push(resolve));
      const none = ended.then((reason) => Promise.reject(new Error(`the watch ended: ${reason}`)));
      return Promise.race([come, none]);
    },
    ended: () => ended,
    unread: () => arrived.length,
    cancel: () => call.cancel(),
  };
}

/** A service that does nothing by itself: what is purged and certified is what a test does. */
export async function quietService(servers: {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly natsToken: string | undefined;
}): Promise<WorkspaceServiceHandle> {
  const config = configOf({ ...servers, certificateKey: (await certificateKey()).json });
  const service = serviceOf({ ...config, reconcileMs: 3_600_000 });
  await service.start();
  return service;
}
