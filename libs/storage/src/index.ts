export * from './postgres/admission/admission-store.js';
export * from './postgres/admission/admission-upkeep.js';
export * from './postgres/database.js';
export * from './postgres/ledger/ledger-store.js';
export * from './postgres/ledger/response-archive.js';
export * from './postgres/migrate.js';
