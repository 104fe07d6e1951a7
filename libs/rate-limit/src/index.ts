export { isRate, MAX_PER_SECOND } from './bucket.js';
export { openBuckets, type BucketTable, type OpenBucket } from './open-buckets.js';
