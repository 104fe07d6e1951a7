export * from './authority.js';
export * from './authority-settings.js';
