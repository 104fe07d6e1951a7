import { isCanonicalUuid } from '@lethe/contracts';
import { InvalidArgumentError } from 'commander';

/** A webhook's id as an argument, as `webhook list` prints it. */
export const parseWebhookId = (text: string): string => parse(text, 'A webhook id', 'webhook list');

/** A delivery's id as an argument, as `webhook dead-letters` prints it. */
export const parseDeliveryId = (text: string): string => parse(text, 'A delivery id', 'webhook dead-letters');

function parse(text: string, what: string, where: string): string {
  const id = text.toLowerCase();
  if (!isCanonicalUuid(id)) throw new InvalidArgumentError(`${what} is a UUID, as "${where}" prints it.`);
  return id;
}
