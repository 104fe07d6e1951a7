import { sep } from 'node:path';

/** Tests meet the servers that their environment names; the testkit hands these to them. */
const MAY_READ = /(?:^|\/)config\.ts$|\.test\.ts$|(?:^|\/)libs\/testkit\//;

/** The environment is read in one place of an app, so that one file tells everything that can be set. */
export const environmentInConfig = {
  meta: {
    type: 'problem',
    docs: { description: 'allow process.env in config.ts only' },
    messages: { elsewhere: 'Only config.ts reads the environment: take the value as an argument.' },
    schema: [],
  },
  create(context) {
    if (MAY_READ.test(context.filename.split(sep).join('/'))) return {};
    const report = (node) => context.report({ node, messageId: 'elsewhere' });
    return {
      MemberExpression(node) {
        const name = node.computed ? node.property.value : node.property.name;
        if (node.object.type === 'Identifier' && node.object.name === 'process' && name === 'env')
          report(node);
      },
      'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]': report,
      'ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name="env"]': report,
    };
  },
};
