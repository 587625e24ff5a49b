export * from './admission-store.contract.js';
export * from './event-log.contract.js';
