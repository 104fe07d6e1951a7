export { type StoreFinding, type TrialName } from './examination.js';
export * from './object-store.js';
export { StoreAnswerError } from './s3-answer.js';
export { describeOutage, StoreAwayError, storeOf, type Outage, type PaceGauges } from './pace/index.js';
export type { CredentialFiles, Credentials } from './s3-credentials.js';
export * from './s3-store.js';
export { mayBeOneKeys } from './whole-failure.js';
export { createFilesystemStore, type FilesystemStoreOptions } from './filesystem-store.js';
export * from './create-store.js';
