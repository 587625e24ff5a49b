export {
  type Binding,
  EnvelopeCipher,
  UnreadableSecret,
  type WrappedKey,
  type WrappedKeyStore,
} from './credential-cipher.js';
export * from './postgres/admission/admission-store.js';
export * from './postgres/admission/admission-upkeep.js';
export { PostgresAlertStore } from './postgres/alerts/alert-store.js';
export { PostgresAlertWatch } from './postgres/alerts/alert-watch.js';
export { PostgresWebhookStore } from './postgres/alerts/webhook-store.js';
export { PostgresApprovalStore } from './postgres/approvals/approval-store.js';
export * from './postgres/database.js';
export { type PostgresCipher, postgresCipher } from './postgres/governance/account-keys.js';
export { PostgresGovernanceOutbox } from './postgres/governance/governance-outbox.js';
export { createPostgresGovernanceStore } from './postgres/governance/governance-store.js';
export { PostgresIdempotentResponses } from './postgres/governance/idempotent-responses.js';
export { rewrapDataKeys } from './postgres/governance/rewrap-data-keys.js';
export { PostgresVaultDirectory } from './postgres/governance/vault-directory.js';
export { type DatabaseInspection, inspectDatabase } from './postgres/inspect-database.js';
export { PostgresAdmissionLives } from './postgres/ledger/admission-lives.js';
export { PostgresCheckpointStore } from './postgres/ledger/checkpoint-store.js';
export { PostgresEarlierCalls } from './postgres/ledger/earlier-calls.js';
export * from './postgres/ledger/ledger-store.js';
export { PostgresPriceStore } from './postgres/ledger/price-store.js';
export { PostgresResolutionStore } from './postgres/ledger/resolution-store.js';
export * from './postgres/ledger/response-archive.js';
export { PostgresRetentionStore } from './postgres/ledger/retention-store.js';
export { migrate } from './postgres/migrate.js';
export { PostgresAuditReports } from './postgres/reports/audit-reports.js';
export { PostgresCallRecords } from './postgres/reports/call-records.js';
export { PostgresLedgerReports } from './postgres/reports/ledger-reports.js';
export { PostgresOperatorFigures } from './postgres/reports/operator-figures.js';
export { PostgresRecordedCalls } from './postgres/reports/recorded-calls.js';
export { PostgresUsageReports } from './postgres/reports/usage-reports.js';
export { recordedPartitions } from './postgres/topic-record.js';
export { RedisAdmissionRebuild } from './redis/admission-rebuild.js';
export { RedisAdmissionStore } from './redis/admission-store.js';
export { RedisAdmissionUpkeep } from './redis/admission-upkeep.js';
export type { EarlierCalls } from './redis/earlier-calls.js';
export { inspectRedis, type RedisInspection } from './redis/inspect-redis.js';
export { RedisServer } from './redis/redis-server.js';
