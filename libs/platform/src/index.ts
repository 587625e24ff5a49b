export * from './digests.js';
export * from './embedded-postgres.js';
export * from './runtime.js';
