/** What packages are fetched for, as the sentences say it that say why they cannot be. */
export interface Purpose {
  /** Ends "This machine has no apt-get, so … cannot be fetched". */
  readonly what: string;
  /** What the machine's owner can do instead: an imperative. */
  readonly instead: string;
}

export const EMBEDDED_SERVERS: Purpose = {
  what: 'the embedded NATS and S3 servers',
  instead: 'set NATS_URL and S3_ENDPOINT to servers of your own',
};
