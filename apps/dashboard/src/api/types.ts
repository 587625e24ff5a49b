// The shapes of the admin API that pages use. Money is text of minor units, times are ISO 8601.

export type Role = 'viewer' | 'operator' | 'admin';

export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

export interface Session {
  readonly accountId: string;
  readonly role: Role;
  readonly name: string;
  readonly expiresAt: string | null;
}

export interface SignInMethods {
  readonly token: boolean;
  readonly oidc: null | { readonly name: string; readonly startUrl: string };
}

export interface Installation {
  readonly gatewayUrl: string;
  readonly version: string;
  /** Digits after the point by currency code. */
  readonly currencies: Readonly<Record<string, number>>;
}

export interface Account {
  readonly id: string;
  readonly frozen: string | null;
}

export type CapScope = 'run' | 'key' | 'agent_type' | 'account';
export type CapWindow = 'day' | 'month' | 'total';
export type CapDirection = 'any' | 'in' | 'out';

export interface Cap {
  readonly scope: CapScope;
  readonly window: CapWindow;
  readonly currency: string;
  readonly direction?: CapDirection;
  readonly limitMinor: string;
}

export interface PolicyBody {
  readonly name: string;
  readonly provider: string;
  readonly allowedOperations: readonly string[];
  readonly caps?: readonly Cap[];
  readonly perCallMax?: Readonly<Record<string, string>>;
  readonly timeZone?: string;
  readonly requestsPerMonth?: number | null;
  readonly requestsPerSecond?: number | null;
  readonly unpriced?: 'deny' | { readonly reserveMinor: string; readonly currency: string };
  readonly requireRunId?: boolean;
  readonly requireIdempotencyKey?: boolean;
  readonly otherCurrencies?: 'deny' | 'convert';
  readonly connectedAccounts?: readonly string[];
  readonly mode?: 'enforce';
}

export interface Policy extends Required<PolicyBody> {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly versionCreatedAt: string;
}

export interface PolicyDiff {
  readonly from: number;
  readonly to: number;
  readonly changes: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
}

export interface PolicyTemplate {
  readonly id: string;
  readonly description: string;
  readonly provider: string;
  readonly policy: Required<PolicyBody>;
}

export type OperationClass = 'read' | 'free' | 'money' | 'denied';

export interface Provider {
  readonly id: string;
  readonly operations: readonly {
    readonly id: string;
    readonly class: OperationClass;
    readonly endpoints: readonly string[];
  }[];
}

export interface Credential {
  readonly id: string;
  readonly provider: string;
  readonly label: string | null;
  readonly version: number;
  readonly hint: string;
  readonly createdAt: string;
  readonly rotatedAt: string | null;
}

export interface VaultKey {
  readonly id: string;
  readonly provider: string;
  readonly agentType: string;
  readonly label: string | null;
  readonly policyId: string;
  readonly credentialId: string;
  readonly parentId: string | null;
  readonly runId: string | null;
  readonly caps: readonly Cap[];
  readonly allowedOperations: readonly string[] | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly createdAt: string;
}

export interface AgentType {
  readonly agentType: string;
  readonly keys: number;
  readonly liveKeys: number;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface Balance {
  readonly scope: CapScope;
  readonly scopeId: string;
  readonly window: CapWindow;
  readonly windowId: string;
  readonly currency: string;
  readonly direction: CapDirection;
  readonly limitMinor: string;
  readonly committedMinor: string;
  readonly heldMinor: string;
  readonly availableMinor: string;
  readonly resetsAt: string | null;
}

/** A day's spend of one agent type in one currency; calls without an amount have none. */
export interface Spend {
  readonly agentType: string;
  readonly currency: string | null;
  readonly committedMinor: string;
  readonly heldMinor: string;
  readonly limitMinor: string | null;
  readonly calls: number;
  readonly denials: number;
}

export type AuditDecision = 'allowed' | 'denied' | 'replayed';
export type AuditState = 'open' | 'committed' | 'released' | 'denied' | 'replayed';

export interface AuditEntry {
  readonly id: string;
  readonly vaultKeyId: string;
  readonly agentType: string;
  readonly runId: string | null;
  readonly provider: string;
  readonly operation: string;
  readonly endpoint: string;
  readonly decision: AuditDecision;
  readonly rule: string | null;
  readonly message: string | null;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly idempotencyKey: string | null;
  readonly currency: string | null;
  readonly reservedMinor: string | null;
  readonly committedMinor: string | null;
  readonly finalMinor: string | null;
  readonly state: AuditState;
  readonly upstreamStatus: number | null;
  readonly upstreamRequestId: string | null;
  readonly latencyMs: number | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

export interface AuditFilter {
  readonly [name: string]: string | undefined;
}
