export type { Data } from './data-directory.js';
export { removeKept } from './kept-place.js';
export { explain, MissingPiece } from './missing-piece.js';
export { provisionBucket, s3Client, type BucketOptions } from './provision-bucket.js';
export { fetchStack, startStack, type ServerName, type Stack, type StackOptions } from './stack.js';
