export * from './digests.js';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres/embedded-postgres.js';
export { freePort } from './process/free-port.js';
export * from './runtime.js';
export * from './secrets.js';
