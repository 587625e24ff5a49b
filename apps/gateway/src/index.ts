export * from './app.js';
export * from './ports.distributed.js';
export * from './ports.postgres.js';
export * from './settings.js';
export * from './shared-ports.js';
export * from './start-gateway.js';
