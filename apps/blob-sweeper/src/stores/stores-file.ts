import { readFileSync } from 'node:fs';
import { isCanonicalUuid } from '@lethe/contracts';
import type { StoreOptions } from '@lethe/object-store';
import { z } from 'zod';

/** A store of the configuration, with those whose blocks it holds; none named: everybody's. */
export interface ConfiguredStore {
  readonly options: StoreOptions;
  readonly organizations: readonly string[];
}

export const STORE_NAME = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.:-]{0,63}$/,
    'take up to 64 letters, digits and any of "_.:-", with a letter or digit first',
  );
export const STORE_ID = z.string().refine(isCanonicalUuid, 'write the UUID in lower case, with hyphens');

const text = z.string().trim().min(1, 'must not be empty');
const file = text.regex(/^\//, 'must be a whole path, from the root');
const common = {
  name: STORE_NAME,
  id: STORE_ID,
  organizations: z
    .array(text.max(32).regex(/^[^/]+$/, 'has no "/"'))
    .min(1)
    .optional(),
};
const s3 = z.strictObject({
  kind: z.literal('s3'),
  ...common,
  endpoint: z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' }),
  region: text,
  bucket: text,
  forcePathStyle: z.boolean().default(false),
  contentMd5: z.boolean().default(false),
  requestTimeoutSeconds: z.int().min(1).max(600).optional(),
  caFile: file.optional(),
  accessKeyIdFile: file.optional(),
  secretAccessKeyFile: file.optional(),
  accessKeyIdVariable: text.optional(),
  secretAccessKeyVariable: text.optional(),
});
const filesystem = z.strictObject({ kind: z.literal('filesystem'), ...common, directory: file });
const storesFile = z.strictObject({
  stores: z.array(z.discriminatedUnion('kind', [s3, filesystem])).min(1, 'name at least one store'),
});
type S3 = z.infer<typeof s3>;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a JSON file that names the stores. Secrets are in files of their own or in the environment, never in it.
 *
 * @throws Error with a sentence for every fault.
 */
export function readStoresFile(path: string, env: Environment): ConfiguredStore[] {
  const parsed = storesFile.safeParse(jsonIn(path));
  if (!parsed.success)
    throw new Error(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
  const stores = parsed.data.stores.map((store): ConfiguredStore => {
    const { organizations = [], ...options } = store;
    return { organizations, options: options.kind === 's3' ? s3Options(options, env) : options };
  });
  refuseDoubles(stores);
  return stores;
}

function jsonIn(path: string): unknown {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'no reason' } = error as NodeJS.ErrnoException;
    throw new Error(`the file cannot be read (${code})`, { cause: error });
  }
  try {
    return JSON.parse(content);
  } catch (cause) {
    // The cause names an excerpt: it is kept from the sentence that is logged.
    throw new Error('the file is no JSON', { cause });
  }
}

function s3Options(store: Omit<S3, 'organizations'>, env: Environment): StoreOptions {
  const {
    accessKeyIdFile,
    secretAccessKeyFile,
    accessKeyIdVariable,
    secretAccessKeyVariable,
    caFile,
    requestTimeoutSeconds: seconds,
    ...rest
  } = store;
  const place = {
    ...rest,
    ...(caFile === undefined ? {} : { caFile }),
    ...(seconds === undefined ? {} : { requestTimeoutMs: seconds * 1_000 }),
  };
  const byFile = accessKeyIdFile !== undefined || secretAccessKeyFile !== undefined;
  const byVariable = accessKeyIdVariable !== undefined || secretAccessKeyVariable !== undefined;
  if (byFile && !byVariable && accessKeyIdFile !== undefined && secretAccessKeyFile !== undefined)
    return { ...place, accessKeyIdFile, secretAccessKeyFile };
  if (byVariable && !byFile && accessKeyIdVariable !== undefined && secretAccessKeyVariable !== undefined)
    return {
      ...place,
      accessKeyId: variable(env, accessKeyIdVariable, store.name),
      secretAccessKey: variable(env, secretAccessKeyVariable, store.name),
    };
  throw new Error(
    `${store.name}: name its keys by accessKeyIdFile and secretAccessKeyFile, or by accessKeyIdVariable and secretAccessKeyVariable`,
  );
}

function variable(env: Environment, name: string, store: string): string {
  const value = env[name]?.trim();
  if (value === undefined || value === '') throw new Error(`${store}: the variable ${name} is missing`);
  return value;
}

/** One store under two names would be counted twice, and two under one name not told apart. */
function refuseDoubles(stores: readonly ConfiguredStore[]): void {
  const placeOf = ({ options }: ConfiguredStore) =>
    options.kind === 's3' ? `${new URL(options.endpoint).origin}/${options.bucket}` : options.directory;
  const kinds = {
    name: ({ options }: ConfiguredStore) => options.name,
    id: ({ options }: ConfiguredStore) => options.id,
    place: placeOf,
  };
  for (const [what, of] of Object.entries(kinds)) {
    const seen = stores.map(of);
    const double = seen.find((value, i) => seen.indexOf(value) < i);
    if (double !== undefined) throw new Error(`two stores have the same ${what}: ${double}`);
  }
}
