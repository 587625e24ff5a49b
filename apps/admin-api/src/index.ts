export * from './app.js';
export * from './ports.js';
export * from './start-admin-api.js';
