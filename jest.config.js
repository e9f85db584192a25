// One run for all packages. Tests are ESM, as the code is; see `npm run jest` for the flag that this needs.
const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  },
]

const base = {
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/dist/', '/node_modules/'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironmentOptions: { customExportConditions: ['source'] },
  transform: { '\\.svelte\\.ts$': '<rootDir>/../web/svelte-runes-transform.js', '(?<!\\.svelte)\\.ts$': swc },
}

export default {
  // Each worker may hold the embedded engine; two fit on a small machine.
  maxWorkers: 2,
  testTimeout: 120_000,
  projects: [
    { ...base, displayName: 'server', rootDir: 'server' },
    {
      ...base,
      // The same tests of the whole server, its store behind HTTP: a server that CLICKHOUSE_URL names, or the test-only front.
      displayName: 'server over HTTP',
      rootDir: 'server',
      testMatch: ['<rootDir>/test/app/**/*.test.ts'],
      // These choose their store themselves.
      testPathIgnorePatterns: [...base.testPathIgnorePatterns, '/app/store-goes-away.test.ts$'],
      globalSetup: '<rootDir>/test/app/over-http.mjs',
      globalTeardown: '<rootDir>/test/app/over-http-end.mjs',
      setupFiles: ['<rootDir>/test/app/store-over-http.mjs'],
    },
    { ...base, displayName: 'collector', rootDir: 'collector' },
    {
      ...base,
      displayName: 'demo',
      rootDir: 'deploy/demo',
      transform: { '\\.ts$': swc },
    },
    {
      ...base,
      displayName: 'web',
      rootDir: 'web',
      testEnvironmentOptions: { customExportConditions: ['source', 'browser'] },
    },
  ],
}
