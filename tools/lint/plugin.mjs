import { environmentInConfig } from './environment-in-config.mjs';
import { noSiblingSlices } from './no-sibling-slices.mjs';
import { sqlInSqlFiles } from './sql-in-sql-files.mjs';

/** The rules of docs and CONTRIBUTING that no published plugin knows. */
export default {
  meta: { name: 'lethe' },
  rules: {
    'no-sibling-slices': noSiblingSlices,
    'environment-in-config': environmentInConfig,
    'sql-in-sql-files': sqlInSqlFiles,
  },
};
