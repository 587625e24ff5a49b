export * from './app.js';
export * from './postgres-ledger.js';
