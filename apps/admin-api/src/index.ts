export * from './app.js';
export * from './describe-api.js';
export * from './ports.js';
export * from './start-admin-api.js';
