import { fileURLToPath } from 'node:url';

// The import arrows of ARCHITECTURE.md. Tests beside sources may use more: what they import is not shipped.
const TEST = '\\.((unit|int|e2e)\\.test|fixture)\\.ts$';
const lib = (name) => `^libs/${name}/`;
const libsBut = (...names) => `^libs/(?!(${names.join('|')})/)`;

/** What a library may import of the others; itself always. */
const arrows = {
  domain: [],
  providers: ['domain'],
  application: ['domain', 'providers'],
  'event-log': ['application', 'domain', 'providers'],
  storage: ['application', 'domain', 'providers'],
  platform: ['application', 'domain'],
  'provider-file': ['domain', 'platform', 'providers'],
  testing: ['application', 'domain', 'providers'],
  simulator: ['domain'],
  wire: ['application', 'domain'],
  mcp: ['wire'],
  'admin-client': [],
};

const rules = Object.entries(arrows).map(([name, allowed]) => ({
  name: `${name}-imports-only-${allowed.join('-and-') || 'itself'}`,
  severity: 'error',
  from: { path: lib(name), pathNot: TEST },
  to: { path: libsBut(name, ...allowed) },
}));

export default {
  forbidden: [
    ...rules,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment:
        'An import that this tool cannot follow would escape every other rule. ' +
        'react-aria-components names a `source` of its own that it does not ship.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^react-aria-components$' },
    },
    {
      name: 'libs-know-no-app',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-know-no-other-app',
      comment: 'Only the embedded root runs them together.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/gateway/src/main\\.embedded\\.ts$' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'only-through-the-front-door',
      comment: 'Other packages see what the package exports: its index, and the named parts of testing.',
      severity: 'error',
      from: { path: '^(libs|apps)/([^/]+)/' },
      to: {
        path: '^(libs|apps)/[^/]+/src/',
        pathNot: [
          '^$1/$2/',
          '/src/index\\.ts$',
          '^libs/testing/src/(postgres|processes|faults|admission-commands|call-identity|certificates|tcp-proxy|collecting-sink|[a-z]+-process)\\.ts$',
        ],
      },
    },
    {
      name: 'pure-core',
      comment: 'Domain, providers and application get time, ids and I/O handed in.',
      severity: 'error',
      from: { path: '^libs/(domain|providers|application)/', pathNot: TEST },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-optional'] },
    },
    {
      name: 'pg-only-in-postgres-adapters',
      severity: 'error',
      from: {
        path: '^(libs|apps)/',
        pathNot: ['^libs/(storage|event-log)/', '^libs/testing/src/postgres\\.ts$', TEST],
      },
      to: { path: '^node_modules/(pg|pg-pool|node-pg-migrate)/' },
    },
    {
      name: 'nest-only-at-the-edge',
      severity: 'error',
      from: { path: '^libs/', pathNot: lib('platform') },
      to: { path: '^node_modules/@nestjs/' },
    },
    {
      name: 'simulator-and-testing-are-not-shipped',
      comment: 'The embedded root runs the simulator as the demo’s upstream.',
      severity: 'error',
      from: {
        path: '^(libs|apps)/',
        pathNot: ['^libs/(simulator|testing)/', '^apps/gateway/src/(main\\.embedded\\.ts|embedded/)', TEST],
      },
      to: { path: '^libs/(simulator|testing)/' },
    },
    {
      name: 'dashboard-knows-only-the-client',
      comment: 'It runs in a browser and has what the admin API gives to anybody.',
      severity: 'error',
      from: { path: '^apps/dashboard/' },
      to: { path: '^(libs|apps)/', pathNot: ['^apps/dashboard/', '^libs/admin-client/'] },
    },
    {
      name: 'dashboard-is-bundled',
      comment: 'Its packages are needed to build it, not to run; what it imports must be declared all the same.',
      severity: 'error',
      from: { path: '^apps/dashboard/src/' },
      to: { dependencyTypes: ['core', 'npm-no-pkg', 'npm-unknown', 'undetermined'] },
    },
    {
      name: 'declared-dependencies',
      comment: 'A package that is only there because another one needs it may go.',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: [TEST, '^apps/dashboard/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|fixtures)/' },
    tsConfig: { fileName: fileURLToPath(new URL('tsconfig.json', import.meta.url)) },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.d.ts'],
    },
  },
};
