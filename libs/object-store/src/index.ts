export * from './object-store.js';
export { StoreAnswerError } from './s3-answer.js';
export * from './s3-store.js';
