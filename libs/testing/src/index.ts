export * from './admission-store.contract.js';
