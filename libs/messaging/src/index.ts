export * from './consumer.js';
export * from './messaging.js';
export * from './message.js';
export * from './messaging-settings.js';
