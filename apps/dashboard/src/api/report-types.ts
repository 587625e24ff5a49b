import type { AuditDecision, AuditEntry, CapDirection, CapScope, CapWindow } from './types.ts';

// What the ledger has to tell: a call's life, runs, spend over time, metering, chains.

export interface Reservation extends Omit<AuditEntry, 'state'> {
  readonly state: string;
  readonly launchedAt: string | null;
  readonly resolution: null | {
    readonly attempts: number;
    readonly lastAttemptAt: string | null;
    readonly nextAttemptAt: string | null;
    readonly reason: string | null;
  };
}

export interface CallBalance {
  readonly scope: CapScope;
  readonly scopeId: string;
  readonly window: CapWindow;
  readonly windowId: string;
  readonly currency: string;
  readonly direction: CapDirection;
  readonly limitMinor: string;
  readonly committedBeforeMinor: string;
  readonly heldBeforeMinor: string;
  readonly committedAfterMinor: string;
  readonly heldAfterMinor: string;
}

export interface CallStep {
  readonly type: 'reserved' | 'launched' | 'committed' | 'released' | 'trued_up' | 'denied' | 'replayed';
  readonly at: string;
  readonly sinceStartMs: number;
  readonly amountMinor: string | null;
  readonly detail: string | null;
  readonly balances: readonly CallBalance[];
}

export interface CallLife {
  readonly entry: AuditEntry;
  readonly policyName: string;
  readonly keyLabel: string | null;
  readonly steps: readonly CallStep[];
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
  readonly reservation: null | {
    readonly state: string;
    readonly launchedAt: string | null;
    readonly resolution: Reservation['resolution'];
  };
  readonly chain: readonly {
    readonly sequence: number;
    readonly contentHash: string;
    readonly previousHash: string;
    readonly hash: string;
  }[];
  readonly related: readonly {
    readonly id: string;
    readonly relation: 'replay' | 'original' | 'look_up' | 'looked_up_for';
    readonly decision: AuditDecision;
    readonly startedAt: string;
  }[];
}

export interface Run {
  readonly runId: string;
  readonly agentTypes: readonly string[];
  readonly providers: readonly string[];
  readonly firstAt: string;
  readonly lastAt: string;
  readonly calls: number;
  readonly denials: number;
  readonly replays: number;
  readonly spend: readonly { readonly currency: string; readonly committedMinor: string; readonly heldMinor: string }[];
}

export interface RunStory {
  readonly run: Run;
  readonly data: readonly AuditEntry[];
  readonly nextCursor: string | null;
}

export type SpendGrouping = 'agentType' | 'provider' | 'runId';

export interface SpendPoint {
  readonly day: string;
  readonly group: string;
  readonly currency: string | null;
  readonly committedMinor: string;
  readonly heldMinor: string;
  readonly calls: number;
  readonly denials: number;
}

export interface Usage {
  readonly month: string;
  readonly calls: number;
  readonly denials: number;
  readonly replays: number;
  readonly byDay: readonly { readonly day: string; readonly calls: number; readonly denials: number }[];
  readonly quotas: readonly {
    readonly policyId: string;
    readonly policyName: string;
    readonly vaultKeyId: string | null;
    readonly scope: string;
    readonly requestsPerMonth: number;
    readonly used: number;
    readonly resetsAt: string;
  }[];
}

export interface ChainReport {
  readonly valid: boolean;
  readonly keys: number;
  readonly links: number;
  readonly firstBad: null | {
    readonly vaultKeyId: string;
    readonly sequence: number;
    readonly entryId: string;
    readonly problem: string;
  };
  readonly checkpoints: {
    readonly count: number;
    readonly valid: boolean;
    readonly firstBad: null | { readonly day: string; readonly problem: string };
  };
}

export interface Checkpoint {
  readonly day: string;
  readonly keys: number;
  readonly links: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly createdAt: string;
}
