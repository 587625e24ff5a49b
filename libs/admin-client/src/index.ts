export * from './admin-client.js';
export type * from './generated/openapi-types.js';
export * from './paging.js';
export { policyFields, withPolicyDefaults } from './policy-defaults.js';
