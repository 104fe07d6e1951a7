export * from './database.js';
export * from './eventually.js';
export * from './proxy.js';
export * from './servers.js';
export * from './start-stop.js';
export * from './streams.js';
export * from './swift.js';
