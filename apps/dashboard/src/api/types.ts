import type * as generated from '@keybrake/admin-client';

// The shapes of the admin API that pages use, as its OpenAPI document has them. Money is text of minor units, times are
// ISO 8601.

export type {
  Account,
  AgentType,
  AgentTypeSpend as Spend,
  Alert,
  Approval,
  AuditEntry,
  Balance,
  Cap,
  Credential,
  Delivery,
  Installation,
  IssuedToken,
  IssuedVaultKey,
  Page,
  Policy,
  PolicyDiff,
  PolicyDraft,
  PolicySimulation as Simulation,
  PolicyTemplate,
  Provider,
  RevokedVaultKey,
  Session,
  SignInMethods,
  Token,
  VaultKey,
  Webhook,
} from '@keybrake/admin-client';

export type SimulationSide = generated.SimulationSide;
export type SimulationChange = generated.PolicySimulation['changes'][number];
export type SimulationExample = generated.PolicySimulation['examples'][number];
export type Role = generated.Session['role'];
export type CapScope = generated.Cap['scope'];
export type CapWindow = generated.Cap['window'];
export type CapDirection = generated.Cap['direction'];
export type OperationClass = generated.Provider['operations'][number]['class'];
export type AuditDecision = generated.AuditEntry['decision'];
export type AuditState = generated.AuditEntry['state'];

/** By the names of the API's query; what a person typed is checked there. */
export interface AuditFilter {
  readonly [name: string]: string | undefined;
}
