import { S3Client, DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeItems } from './s3-answer-items.js';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const listing = (inside: string) =>
  `${HEAD}<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix><IsTruncated>false</IsTruncated>${inside}</ListVersionsResult>`;
const deletion = (inside: string) => `${HEAD}<DeleteResult>${inside}</DeleteResult>`;
const version = (key: string, more = '') =>
  `<Version><Key>${key}</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>&quot;0&quot;</ETag><Size>12</Size>${more}</Version>`;
const VERSION = {
  Key: 'a',
  VersionId: 'v1',
  Size: 12,
  LastModified: new Date('2026-01-02T03:04:05.678Z'),
};
const fromListing = (inside: string) => takeItems('ListObjectVersionsCommand', listing(inside));

/** What the SDK makes of an answer by itself. */
async function bySdk(command: 'list' | 'delete', xml: string) {
  const client = new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: () => Promise.resolve({ response: { statusCode: 200, headers: {}, body: Buffer.from(xml) } }),
    } as never,
  });
  return command === 'list'
    ? client.send(new ListObjectVersionsCommand({ Bucket: 'b' }))
    : client.send(new DeleteObjectsCommand({ Bucket: 'b', Delete: { Objects: [{ Key: 'a' }] } }));
}

const read = (items: readonly object[] | undefined) =>
  (items as (typeof VERSION)[] | undefined)?.map(({ Key, VersionId, Size, LastModified }) => ({
    Key,
    VersionId,
    Size,
    LastModified,
  }));

describe('the items of an answer', () => {
  it('are taken from a listing, and the rest is left', () => {
    const marker = '<DeleteMarker><Key>b</Key><VersionId>v2</VersionId></DeleteMarker>';
    const owner = '<Owner><ID>o</ID><DisplayName>O</DisplayName></Owner>';
    expect(
      fromListing(
        `\n ${version('a', owner)}\n ${marker}<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>`,
      ),
    ).toEqual({
      lists: { Versions: [VERSION], DeleteMarkers: [{ Key: 'b', VersionId: 'v2' }] },
      rest: listing('\n \n <CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>'),
    });
  });

  it('are taken from a deletion, and errors are left', () => {
    const error = '<Error><Key>b</Key><Code>AccessDenied</Code></Error>';
    const done = '<Deleted><Key>a&amp;&#x31;&#128167;</Key><DeleteMarker>true</DeleteMarker></Deleted>';
    expect(takeItems('DeleteObjectsCommand', deletion(error + done))).toEqual({
      lists: { Deleted: [{ Key: 'a&1💧' }] },
      rest: deletion(error),
    });
  });

  it.each([
    ['cut off', listing(version('a')).slice(0, -25)],
    ['cut off amid an item', listing(version('a')).slice(0, 200)],
    ['with something behind it', `${listing(version('a'))}<x/>`],
    ['with a comment', listing(`<!-- -->${version('a')}`)],
    ['with CDATA', listing(version('<![CDATA[a]]>'))],
    ['with a line end that a parser changes', listing(version('a\r\n'))],
    ['with an attribute', listing('<Version x="1"><Key>a</Key></Version>')],
    ['with a prefix', listing('<s:Version><Key>a</Key></s:Version>')],
    ['with an empty element', listing('<Version><Key/></Version>')],
    ['with a key of nothing', listing('<Version><Key></Key></Version>')],
    ['with a key that ends with a space', listing('<Version><Key>a </Key></Version>')],
    ['with two keys of one item', listing('<Version><Key>a</Key><Key>b</Key></Version>')],
    ['with an unknown entity', listing('<Version><Key>&nbsp;</Key></Version>')],
    ['with a bare ampersand', listing('<Version><Key>a&b</Key></Version>')],
    ['with an element in a key', listing('<Version><Key>a<b>c</b></Key></Version>')],
    ['with an item in an item', listing('<Version><Key>a</Key><Version><Key>b</Key></Version></Version>')],
    ['with a wrong end', listing('<Version><Key>a</Key></DeleteMarker>')],
    ['with a size that is none', listing('<Version><Key>a</Key><Size>-1</Size></Version>')],
    [
      'with another time',
      listing('<Version><Key>a</Key><LastModified>Sat, 01 Jan 2026</LastModified></Version>'),
    ],
    ['without items', listing('')],
    ['that is empty', ''],
  ])('are for the SDK to read in an answer %s', (_, xml) => {
    expect(takeItems('ListObjectVersionsCommand', xml)).toBeUndefined();
  });

  it('are not looked for in other answers', () => {
    expect(takeItems('ListMultipartUploadsCommand', listing(version('a')))).toBeUndefined();
  });

  const text = fc
    .array(
      fc.constantFrom(
        'a',
        'Z',
        '0',
        '/',
        '.',
        '-',
        ' ',
        '&amp;',
        '&lt;',
        '&gt;',
        '&quot;',
        '&apos;',
        '&#65;',
        '&#x42;',
        '>',
        'é',
        '💧',
        ']',
        '%41',
        '+',
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((parts) => `k${parts.join('')}k`);
  // Between elements the SDK takes other white space for text, and then finds no element.
  const space = fc.constantFrom('', '', '\n', '\n  ');
  const item = fc
    .tuple(
      fc.constantFrom('Version', 'DeleteMarker'),
      text,
      text,
      fc.nat(),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
      space,
      fc.boolean(),
    )
    .map(([name, key, id, size, time, gap, owned]) => {
      const owner = owned ? `<Owner>${gap}<ID>${id}</ID><DisplayName>${key}</DisplayName></Owner>` : '';
      const sized = name === 'Version' ? `<Size>${size}</Size>${gap}<ETag>&quot;${id}&quot;</ETag>` : '';
      return `<${name}>${gap}<Key>${key}</Key><VersionId>${id}</VersionId>${gap}<IsLatest>true</IsLatest><LastModified>${time.toISOString()}</LastModified>${sized}${owner}${gap}</${name}>${gap}`;
    });

  it('are what the SDK reads in listings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 6 }), async (items) => {
        const xml = listing(items.join(''));
        const taken = takeItems('ListObjectVersionsCommand', xml);
        const whole = (await bySdk('list', xml)) as { Versions?: object[]; DeleteMarkers?: object[] };
        const rest = (await bySdk('list', taken?.rest ?? '')) as typeof whole;
        expect(read(taken?.lists['Versions'])).toEqual(read(whole.Versions));
        expect(read(taken?.lists['DeleteMarkers'])).toEqual(read(whole.DeleteMarkers));
        expect({ ...rest, $metadata: 0 }).toEqual({
          ...whole,
          Versions: undefined,
          DeleteMarkers: undefined,
          $metadata: 0,
        });
      }),
      { numRuns: 50 },
    );
  });

  it('are what the SDK reads in deletions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, text, space), { minLength: 1, maxLength: 6 }),
        async (items) => {
          const xml = deletion(
            items
              .map(
                ([key, id, gap]) =>
                  `${gap}<Deleted>${gap}<Key>${key}</Key><VersionId>${id}</VersionId></Deleted>`,
              )
              .join(''),
          );
          const whole = (await bySdk('delete', xml)) as { Deleted?: object[] };
          expect(read(takeItems('DeleteObjectsCommand', xml)?.lists['Deleted'])).toEqual(read(whole.Deleted));
        },
      ),
      { numRuns: 50 },
    );
  });
});
