export * from './ports/admission-store.js';
export * from './ports/digests.js';
export * from './ports/event-log.js';
export * from './ports/response-archive.js';
export * from './ports/runtime.js';
export * from './ports/upstream.js';
export * from './ports/vault-directory.js';
