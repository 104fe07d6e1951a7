import { serverVariable } from './servers.js';

/** What a test has to know of OpenStack Swift. */
export interface SwiftServer {
  /** Such as 2.30.1: it is that of the machine's Debian. */
  readonly version: string;
  /** Of its S3 layer: path style, region `us-east-1`. */
  readonly endpoint: string;
  /** Owns all buckets. */
  readonly admin: SwiftKeys;
  /** May do what a container's ACL grants `lethe:sweeper`, which is nothing at first. */
  readonly sweeper: SwiftKeys;
  /** The container server's own address of the account: it asks nobody who he is, and shows what the S3 layer does not. */
  readonly containers: string;
}

export interface SwiftKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * The second real S3 server. The first who asks starts it, which takes seconds (and a minute where its packages have to be fetched
 * first); it is one for the whole run.
 *
 * @throws with the sentence that says what is missing, where it cannot be had.
 */
export async function swiftServer(): Promise<SwiftServer> {
  const answer = await fetch(serverVariable('SWIFT_ON_DEMAND'));
  if (!answer.ok) throw new Error(`OpenStack Swift did not start: ${await answer.text()}`);
  const env = (await answer.json()) as Record<string, string>;
  const variable = (name: string): string => {
    const value = env[name];
    if (value === undefined) throw new Error(`OpenStack Swift came up without ${name}`);
    return value;
  };
  const keys = (user: string): SwiftKeys => ({
    accessKeyId: variable(`SWIFT_${user}_ACCESS_KEY_ID`),
    secretAccessKey: variable(`SWIFT_${user}_SECRET_ACCESS_KEY`),
  });
  const endpoint = variable('SWIFT_S3_ENDPOINT');
  const info = (await (await fetch(`${endpoint}/info`)).json()) as { swift: { version: string } };
  return {
    version: info.swift.version,
    endpoint,
    admin: keys('ADMIN'),
    sweeper: keys('SWEEPER'),
    containers: variable('SWIFT_CONTAINERS'),
  };
}
