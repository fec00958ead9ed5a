// ESLint's view of tools/layers.mjs: judges every import where it is written, so that the editor shows it.
import { relative } from 'node:path';
import { brokenRule } from './layer-rules.mjs';

const specifierOf = (node) => {
  const argument = node?.type === 'TSLiteralType' ? node.literal : node;
  return typeof argument?.value === 'string' ? argument.value : undefined;
};

const imports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { broken: "'{{specifier}}' may not be imported here ({{layer}}). {{rule}}" },
  },
  create(context) {
    const path = relative(context.cwd, context.filename).replaceAll('\\', '/');
    const check = (node, source) => {
      const specifier = specifierOf(source);
      const broken = specifier === undefined ? undefined : brokenRule(path, specifier);
      if (broken) {
        context.report({ node, messageId: 'broken', data: { specifier, layer: broken.name, rule: broken.rule } });
      }
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source ?? node.argument),
      TSExternalModuleReference: (node) => check(node, node.expression),
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]),
    };
  },
};

export default { meta: { name: 'layers' }, rules: { imports } };
