export * from './app.js';
export * from './ports.js';
export * from './postgres-admin-api.js';
