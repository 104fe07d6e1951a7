import { posix, sep } from 'node:path';

/** The app and first folder of a file in an app's sources; undefined elsewhere and for files beside main.ts. */
function placeOf(path) {
  const match = /(?:^|\/)apps\/([^/]+)\/src\/([^/]+)\//.exec(path);
  return match ? { app: match[1], folder: match[2] } : undefined;
}

/** A slice is named verb-noun; a folder without a hyphen is one of the domain's nouns, which slices share. */
const isSlice = (folder) => folder.includes('-');

/**
 * Within an app, a slice never imports another slice: what two of them need belongs to a noun of the domain. Then a
 * slice can be read, changed and deleted alone.
 */
export const noSiblingSlices = {
  meta: {
    type: 'problem',
    docs: { description: 'forbid imports from one slice of an app to another' },
    messages: {
      sibling:
        'The slice "{{from}}" imports its sibling "{{to}}": move what both need to a noun of the domain.',
    },
    schema: [],
  },
  create(context) {
    const file = context.filename.split(sep).join('/');
    const from = placeOf(file);
    if (from === undefined || !isSlice(from.folder)) return {};

    function check(node, source) {
      if (typeof source !== 'string' || !source.startsWith('.')) return;
      const to = placeOf(posix.join(posix.dirname(file), source));
      if (to?.app !== from.app || to.folder === from.folder || !isSlice(to.folder)) return;
      context.report({ node, messageId: 'sibling', data: { from: from.folder, to: to.folder } });
    }
    const checkDeclaration = (node) => check(node, node.source?.value);
    return {
      ImportDeclaration: checkDeclaration,
      ExportNamedDeclaration: checkDeclaration,
      ExportAllDeclaration: checkDeclaration,
      ImportExpression: (node) => check(node, node.source.value),
      TSImportType: (node) => check(node, node.source?.value ?? node.argument?.literal?.value),
    };
  },
};
