export * from './chain.js';
export * from './claims.js';
export * from './compact.js';
export { isSound, parsePublicKeySet } from './public-keys.js';
export * from './sign.js';
export { statementClaims, type StatementClaims } from './statement-claims.js';
export * from './verify.js';
export { PAGE_POLICY } from './page/html.js';
export * from './page/signed-page.js';
