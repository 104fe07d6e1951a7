export * from './inclusion.js';
export * from './merkle-tree.js';
