import { serverVariable } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isComplete, type ObjectStore } from './object-store.js';
import { createS3Store } from './s3-store.js';
import { createFaultProxy, type FaultProxy, type S3Request } from './testing/fault-proxy.js';

const KEYS = Array.from({ length: 20 }, (_, n) => `p/${10 + n}`);
const MARKED = KEYS.filter((_, n) => n % 5 === 4);
let proxy: FaultProxy;
let store: ObjectStore;
beforeAll(async () => {
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  store = createS3Store({
    ...{ name: 'primary', id: 'none', endpoint: proxy.endpoint, region: 'us-east-1', bucket: 'b' },
    ...{ forcePathStyle: true, accessKeyId: 'a', secretAccessKey: 'b', listingItems: 4 },
  });
});
afterAll(async () => {
  store.close();
  await proxy.close();
});

const listing = (name: string, keys: readonly string[]) =>
  keys.map((key) => `<${name}><Key>${key}</Key><VersionId>${name}</VersionId></${name}>`).join('');
const answer = (inside: string) => ({
  ...({ kind: 'answer', status: 200 } as const),
  body: `<?xml version="1.0"?><ListVersionsResult><Prefix>p/</Prefix>${inside}</ListVersionsResult>`,
});
/** As many of each list as asked for, and goes on behind the list that ended first. */
function listSeparately({ query }: S3Request) {
  const most = Number(query.get('max-keys'));
  const lists = [KEYS, MARKED].map((keys) => keys.filter((key) => key > (query.get('key-marker') ?? '')));
  const [versions = [], markers = []] = lists.map((keys) => keys.slice(0, most));
  const ends = lists.flatMap((keys) => (keys.length > most ? [keys[most - 1] ?? ''] : []));
  const [first] = ends.sort();
  const end = first === undefined ? '' : `<NextKeyMarker>${first}</NextKeyMarker>`;
  const items = listing('Version', versions) + listing('DeleteMarker', markers);
  return answer(`<IsTruncated>${first !== undefined}</IsTruncated>${end}${items}`);
}

describe('a store that cuts off versions and delete markers each at their own place', () => {
  it('has no key taken for complete before its marker says so, and each item is seen', async () => {
    proxy.fault = listSeparately;
    const seen: string[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await store.listVersions('p/', after);
      const shown = new Set(page.items.map(({ key }) => key));
      const begun = after;
      expect(KEYS.filter((key) => key > begun && isComplete(page, key) && !shown.has(key))).toEqual([]);
      seen.push(...page.items.map(({ key }) => key));
      after = page.last;
    }
    expect(seen).toEqual([...KEYS, ...MARKED].sort());
  });

  it.each([['p/10'], ['p/09'], ['p%2F10']])(
    'is not believed where it says to go on at %s, where it was',
    async (next) => {
      const inside = `<IsTruncated>true</IsTruncated><NextKeyMarker>${next}</NextKeyMarker>`;
      proxy.fault = () => answer(inside + listing('Version', ['p/11', 'p/12']));
      await expect(store.listVersions('p/', 'p/10')).rejects.toMatchObject({ name: 'StoreAnswerError' });
    },
  );

  it.each([
    [''],
    ['<NextKeyMarker/>'],
    ['<NextKeyMarker>p/12</NextKeyMarker>'],
    ['<NextKeyMarker>p/2</NextKeyMarker>'],
  ])('is not meant by %s: the last item tells', async (next) => {
    proxy.fault = () =>
      answer(`<IsTruncated>true</IsTruncated>${next}${listing('Version', ['p/11', 'p/12'])}`);
    const page = await store.listVersions('p/', 'p/10');
    expect([page.items.length, page.last]).toEqual([2, 'p/12']);
  });
});
