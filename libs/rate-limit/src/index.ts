export { MAX_PER_SECOND, affordable, isRate, portionsIn, refilled, waitMs, type Bucket } from './bucket.js';
export { bucketColumn, type BucketTable } from './bucket.sql.js';
export { openBuckets, type OpenBucket } from './open-buckets.js';
