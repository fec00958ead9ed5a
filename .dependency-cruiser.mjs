// The import graph: the layers of tools/layers.mjs on resolved paths, and cycles. Type-only imports count.
import { packagePattern } from './tools/layer-rules.mjs';
import { LAYERS, TESTING } from './tools/layers.mjs';

const layerRule = (layer, position) => ({
  name: layer.name,
  severity: 'error',
  comment: layer.rule,
  from: {
    path: layer.files,
    ...(position > 0 ? { pathNot: LAYERS.slice(0, position).map(({ files }) => files) } : {}),
  },
  to: {
    pathNot: [...layer.imports, ...layer.packages.map(packagePattern)],
    ...(layer.builtins ? { dependencyTypesNot: ['core'] } : {}),
  },
});

export default {
  forbidden: [
    ...LAYERS.map(layerRule),
    {
      name: TESTING.name,
      severity: 'error',
      comment: TESTING.rule,
      from: { path: TESTING.files },
      to: { path: TESTING.imports },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Files import each other in a circle, which type-only imports do too. Move what both need into a third file.',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.esm.json' },
    doNotFollow: { path: ['(^|/)node_modules/', '^(runtime/)?dist/'] },
    exclude: { path: ['^cdk\\.out', '^demo/out/'] },
  },
};
