import type { KeySpace } from './stub-keys.js';

export interface Answer {
  /** S3's name of what was asked. */
  readonly operation: string;
  readonly status: number;
  readonly xml: string;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const WHEN = '2026-01-01T00:00:00.000Z';

/** What S3 answers for a bucket without versions and without unfinished uploads. Keys that would need escaping are none of ours. */
export function answer(keys: KeySpace, method: string, url: string, body: string): Answer {
  const query = new URL(url, 'http://stub').searchParams;
  const said = (operation: string, xml: string, status = 200): Answer => ({
    operation,
    status,
    xml: HEAD + xml,
  });
  if (method === 'POST' && query.has('delete')) return said('DeleteObjects', deleteResult(keys, body));
  if (method === 'DELETE' && query.has('uploadId')) return said('AbortMultipartUpload', '', 204);
  if (method === 'HEAD') return { operation: 'HeadBucket', status: 200, xml: '' };
  if (method !== 'GET') return said('other', '<Error><Code>NotImplemented</Code></Error>', 501);
  if (query.has('versions')) return said('ListObjectVersions', versions(keys, query));
  if (query.has('uploads')) return said('ListMultipartUploads', uploads(query));
  if (query.has('versioning')) return said('GetBucketVersioning', `<VersioningConfiguration ${NAMESPACE}/>`);
  if (query.has('object-lock'))
    return said(
      'GetObjectLockConfiguration',
      '<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>',
      404,
    );
  return said('ListObjectsV2', objects(keys, query));
}

function deleteResult(keys: KeySpace, body: string): string {
  let xml = `<DeleteResult ${NAMESPACE}>`;
  for (let at = body.indexOf('<Key>'); at !== -1; at = body.indexOf('<Key>', at)) {
    const end = body.indexOf('</Key>', at);
    const key = body.slice(at + 5, end);
    at = end;
    keys.remove(key);
    xml += `<Deleted><Key>${key}</Key></Deleted>`;
  }
  return `${xml}</DeleteResult>`;
}

const text = (query: URLSearchParams, name: string) => query.get(name) ?? '';
const most = (query: URLSearchParams, name: string) => Number(query.get(name) ?? 1_000);

function versions(keys: KeySpace, query: URLSearchParams): string {
  const [prefix, marker] = [text(query, 'prefix'), text(query, 'key-marker')];
  const { keys: found, more } = keys.list(prefix, marker, most(query, 'max-keys'));
  const items = found.map(
    (key) =>
      `<Version><Key>${key}</Key><VersionId>null</VersionId><IsLatest>true</IsLatest><LastModified>${WHEN}</LastModified><ETag>"0"</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Version>`,
  );
  return `<ListVersionsResult ${NAMESPACE}><Name>stub</Name><Prefix>${prefix}</Prefix><KeyMarker>${marker}</KeyMarker><IsTruncated>${more}</IsTruncated>${items.join('')}</ListVersionsResult>`;
}

function uploads(query: URLSearchParams): string {
  return `<ListMultipartUploadsResult ${NAMESPACE}><Bucket>stub</Bucket><Prefix>${text(query, 'prefix')}</Prefix><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`;
}

function objects(keys: KeySpace, query: URLSearchParams): string {
  const prefix = text(query, 'prefix');
  const after = text(query, 'continuation-token') || text(query, 'start-after');
  const { keys: found, more } = keys.list(prefix, after, most(query, 'max-keys'));
  const items = found.map(
    (key) => `<Contents><Key>${key}</Key><LastModified>${WHEN}</LastModified><Size>1</Size></Contents>`,
  );
  const next = more ? `<NextContinuationToken>${found.at(-1) ?? ''}</NextContinuationToken>` : '';
  return `<ListBucketResult ${NAMESPACE}><Name>stub</Name><Prefix>${prefix}</Prefix><KeyCount>${found.length}</KeyCount><IsTruncated>${more}</IsTruncated>${next}${items.join('')}</ListBucketResult>`;
}
