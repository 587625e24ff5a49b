export * from './app.js';
export * from './ports.postgres.js';
export * from './postgres-gateway.js';
export * from './settings.js';
