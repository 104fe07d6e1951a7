export * from './append.js';
export * from './outbox.sql.js';
export * from './relay.js';
