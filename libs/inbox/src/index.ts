export * from './dead-letter.js';
export * from './inbox-consumer.js';
