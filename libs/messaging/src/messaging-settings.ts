import type { Configuration } from '@lethe/service';

/** Where NATS is. */
export interface MessagingSettings {
  readonly natsUrl: string;
  readonly natsToken: string | undefined;
  /** Copies of each stream; three in production. */
  readonly streamReplicas: number;
}

export function readMessagingSettings(c: Configuration): MessagingSettings {
  return {
    natsUrl: c.parsed('NATS_URL', 'the address of NATS, as in nats://host:4222', parseServers),
    natsToken: c.optionalText('NATS_TOKEN'),
    streamReplicas: c.integer('NATS_STREAM_REPLICAS', 1, 1, 5),
  };
}

/** One address or several, separated by commas; the client would only say so once it runs. */
function parseServers(text: string): string {
  const addresses = text.split(',').map((server) => server.trim().replace(/^(?:nats|tls):\/\//, ''));
  if (addresses.every((address) => /^[^\s/]+$/.test(address) && URL.canParse(`tcp://${address}`)))
    return text;
  throw new Error('write each address as nats://host:port, separated by commas');
}
