import type { CallLife } from '@keybrake/admin-client';

// What the ledger has to tell: a call's life, runs, spend over time, metering, chains.

export type {
  AuditCheckpoint,
  AuditVerification,
  CallLife,
  CallStep,
  Reservation,
  Run,
  RunStory,
  SpendOfDay as SpendPoint,
  StepBalance as CallBalance,
  Usage,
} from '@keybrake/admin-client';
export type CallPhase = CallLife['phases'][number];
export type SpendGrouping = 'agentType' | 'provider' | 'runId';
