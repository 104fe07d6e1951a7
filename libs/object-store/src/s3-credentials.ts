import { readFile } from 'node:fs/promises';

/** As they are; they stay for as long as the store is open. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where they are; a change is taken up while the store is open. */
export interface CredentialFiles {
  readonly accessKeyIdFile: string;
  readonly secretAccessKeyFile: string;
}

export interface CredentialSource {
  /** What requests are to be signed with now. The same object for as long as it is the same pair. Rejects before there was a whole one. */
  current(): Promise<Credentials>;
  /** After the store refused `used`: looks at once, and says whether there is another pair by now. */
  isReplaced(used: Credentials): Promise<boolean>;
  /** Why the pair is not the one that the files hold. Never a credential. */
  readonly trouble: string | undefined;
}

/** A file is looked at so often at most, and a changed pair is taken when it was seen twice, so within two of these. */
const LOOK_MS = 1_000;
/** Requests wait for a look: one at a mount that hangs must end. */
const ANSWER_MS = 2_000;

/**
 * Credentials that stay, or those of two files. Nobody can write two files at one moment, nor one: a changed pair is believed
 * only when it stayed the same for a while, or when the store refused the one before. What cannot be read, or is not whole,
 * changes nothing.
 */
export function createCredentials(
  given: Credentials | CredentialFiles,
  now: () => number = () => performance.now(),
): CredentialSource {
  if (!('accessKeyIdFile' in given)) {
    const pair = { accessKeyId: given.accessKeyId, secretAccessKey: given.secretAccessKey };
    return {
      current: () => Promise.resolve(pair),
      isReplaced: () => Promise.resolve(false),
      trouble: undefined,
    };
  }
  let adopted: Credentials | undefined;
  let candidate: Credentials | undefined;
  let trouble: string | undefined;
  let looking: Promise<void> | undefined;
  let due = -Infinity;

  async function look(refused: boolean): Promise<void> {
    due = now() + LOOK_MS;
    try {
      const pair = await readPair(given as CredentialFiles);
      trouble = undefined;
      if (adopted !== undefined && same(pair, adopted)) candidate = undefined;
      else if (adopted === undefined || refused || (candidate !== undefined && same(pair, candidate)))
        [adopted, candidate] = [pair, undefined];
      else candidate = pair;
    } catch (error) {
      candidate = undefined;
      trouble = (error as Error).message;
    }
  }
  /** One look at a time: those who come meanwhile wait for it. */
  const lookOnce = (refused: boolean) =>
    (looking ??= look(refused).finally(() => {
      looking = undefined;
    }));

  return {
    async current() {
      if (now() >= due || adopted === undefined) await lookOnce(false);
      if (adopted === undefined) throw new Error(`no credentials: ${trouble ?? 'none were read'}`);
      return adopted;
    },
    async isReplaced(used) {
      await looking;
      if (adopted === used) await lookOnce(true);
      return adopted !== used;
    },
    get trouble() {
      return trouble;
    },
  };
}

const same = (a: Credentials, b: Credentials) =>
  a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey;

async function readPair(files: CredentialFiles): Promise<Credentials> {
  const [accessKeyId, secretAccessKey] = await Promise.all([
    readWhole(files.accessKeyIdFile),
    readWhole(files.secretAccessKeyFile),
  ]);
  return { accessKeyId, secretAccessKey };
}

async function readWhole(path: string): Promise<string> {
  const text = await within(ANSWER_MS, readFile(path, 'utf8')).catch((error: unknown) => {
    throw new Error(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'for an unknown reason'})`,
    );
  });
  const value = text.trim();
  if (!/^[\x21-\x7e]+$/.test(value)) throw new Error(`${path} holds no key`);
  return value;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
