import { sep } from 'node:path';

/** Starts as a statement does in this repository's spelling: a sentence in a message starts otherwise. */
const STATEMENT =
  /^\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+(?:\S+\s+)?SET\s|DELETE\s+FROM\s|WITH\s+(?:RECURSIVE\s+)?\w+\s+(?:\(.*\)\s+)?AS\s|(?:CREATE|ALTER|DROP|TRUNCATE)\s+\w)/;

/** An app's SQL stands in `.sql.ts` files alone, so that whoever asks what touches a table has few files to read. */
export const sqlInSqlFiles = {
  meta: {
    type: 'problem',
    docs: { description: 'allow SQL in .sql.ts files only' },
    messages: { elsewhere: 'SQL belongs to a .sql.ts file of the same slice.' },
    schema: [],
  },
  create(context) {
    const file = context.filename.split(sep).join('/');
    if (!/(?:^|\/)apps\/[^/]+\/src\//.test(file) || /\.(?:sql|test)\.ts$/.test(file)) return {};
    const check = (node, text) => {
      if (STATEMENT.test(text)) context.report({ node, messageId: 'elsewhere' });
    };
    return {
      Literal(node) {
        if (typeof node.value === 'string') check(node, node.value);
      },
      TemplateLiteral: (node) => check(node, node.quasis[0].value.raw),
    };
  },
};
