export * from './consumer.js';
export * from './messaging.js';
export * from './message.js';
