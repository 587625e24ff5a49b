import type { AccountId, CapScope, CapWindow } from '@keybrake/domain';

/** What operators watch of an installation, over all accounts; from the ledger's tables. */
export interface OperatorFigures {
  /** By agent type, of each policy zone's own today. Amounts in major units: for graphs, not for accounts. */
  readonly spend: readonly {
    readonly accountId: AccountId;
    readonly agentType: string;
    readonly currency: string;
    readonly committed: number;
    readonly held: number;
  }[];
  /** Caps of agent types and accounts whose window goes on: used share, 1 for all of it. */
  readonly caps: readonly {
    readonly accountId: AccountId;
    readonly scope: CapScope;
    readonly scopeId: string;
    readonly window: CapWindow;
    readonly currency: string;
    readonly usedRatio: number;
  }[];
  readonly waitingApprovals: number;
  readonly anomalies: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  readonly frozenAccounts: number;
  /** Not delivered yet, or given up. */
  readonly deliveries: Readonly<Record<'pending' | 'failed', number>>;
}

export interface OperatorFigureReports {
  read(nowMs: number): Promise<OperatorFigures>;
}
