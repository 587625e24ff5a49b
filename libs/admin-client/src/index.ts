export * from './admin-client.js';
export type * from './generated/openapi-types.js';
