export * from './app.js';
export * from './ledger-process.js';
export * from './start-ledger.js';
