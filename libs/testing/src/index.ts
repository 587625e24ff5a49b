export * from './admission-store.contract.js';
export * from './faults.js';
