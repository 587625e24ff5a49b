import type { AuditFilter, TimeCursor } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';

type Field = Exclude<keyof AuditFilter, 'id' | 'amountFromMicros' | 'amountToMicros' | 'message' | 'fromMs' | 'toMs'>;

/** Column and the letter of its terms in `ledger.audit_terms`. */
const FIELDS: Readonly<Record<Field, { column: string; letter: string; type: 'text' | 'integer' }>> = {
  vaultKeyId: { column: 'vault_key_id', letter: 'k', type: 'text' },
  agentType: { column: 'agent_type', letter: 't', type: 'text' },
  runId: { column: 'run_id', letter: 'r', type: 'text' },
  provider: { column: 'provider', letter: 'p', type: 'text' },
  operation: { column: 'operation', letter: 'o', type: 'text' },
  endpoint: { column: 'endpoint', letter: 'e', type: 'text' },
  decision: { column: 'decision', letter: 'd', type: 'text' },
  rule: { column: 'rule', letter: 'u', type: 'text' },
  state: { column: 'state', letter: 's', type: 'text' },
  policyId: { column: 'policy_id', letter: 'l', type: 'text' },
  policyVersion: { column: 'policy_version', letter: 'v', type: 'integer' },
  idempotencyKey: { column: 'idempotency_key', letter: 'i', type: 'text' },
  upstreamRequestId: { column: 'upstream_request_id', letter: 'q', type: 'text' },
  upstreamStatus: { column: 'upstream_status', letter: 'c', type: 'integer' },
  currency: { column: 'currency', letter: 'm', type: 'text' },
};

export const AUDIT_TERMS = `ledger.audit_terms(a.account_id, a.vault_key_id, a.agent_type, a.run_id, a.provider, a.operation, a.endpoint,
  a.decision, a.rule, a.state, a.policy_id, a.policy_version, a.idempotency_key, a.upstream_request_id, a.upstream_status,
  a.currency, a.started_at_ms)`;

const TERM_LENGTH_MAX = 200;

/** The conditions of one search, as SQL over `ledger.audit_entries a`, and the values of their parameters. */
export class AuditConditions {
  readonly #values: unknown[] = [];
  readonly #spanLength: number;
  /** Account and place in time: what the newest-first index walks. */
  readonly span: string;
  /** Everything else, by its columns. */
  readonly match: string;
  /** The part of `match` that the index of amounts knows. */
  readonly amount: string | undefined;
  /** For `AUDIT_TERMS`: the account and the fields that the index of terms knows. */
  readonly terms: readonly string[];

  constructor(accountId: AccountId, filter: AuditFilter, after: TimeCursor | undefined) {
    const span = [`a.account_id = ${this.#parameter(accountId, 'text')}`];
    const { fromMs, toMs } = filter;
    if (fromMs !== undefined) span.push(`a.started_at_ms >= ${this.#parameter(fromMs, 'bigint')}`);
    if (toMs !== undefined) span.push(`a.started_at_ms < ${this.#parameter(toMs, 'bigint')}`);
    if (after !== undefined) {
      const place = `${this.#parameter(after.atMs, 'bigint')}, ${this.#parameter(after.id, 'text')}`;
      span.push(`(a.started_at_ms, a.id) < (${place})`);
    }
    this.#spanLength = this.#values.length;
    const terms = [`a:${accountId}`];
    const match: string[] = [];
    let currency: string | undefined;
    for (const [field, { column, letter, type }] of Object.entries(FIELDS)) {
      const value = filter[field as Field];
      if (value === undefined) continue;
      const condition = `a.${column} = ${this.#parameter(value, type)}`;
      if (field === 'currency') currency = condition;
      match.push(condition);
      terms.push(`${letter}:${[...String(value)].slice(0, TERM_LENGTH_MAX).join('')}`);
    }
    const amounts = this.#amounts(filter);
    // A range of amounts always comes with its currency.
    this.amount = amounts.length === 0 || currency === undefined ? undefined : [currency, ...amounts].join(' and ');
    match.push(...amounts, ...this.#others(filter));
    this.span = span.join(' and ');
    this.match = match.length === 0 ? 'true' : match.join(' and ');
    this.terms = terms;
  }

  /** A statement's own parameters follow. */
  get values(): readonly unknown[] {
    return this.#values;
  }

  /** The values of `span` alone. */
  get spanValues(): unknown[] {
    return this.#values.slice(0, this.#spanLength);
  }

  #amounts({ amountFromMicros, amountToMicros }: AuditFilter): readonly string[] {
    const bounds: string[] = [];
    if (amountFromMicros !== undefined) {
      bounds.push(`a.reserved_micros >= ${this.#parameter(amountFromMicros.toString(), 'bigint')}`);
    }
    if (amountToMicros !== undefined) {
      bounds.push(`a.reserved_micros <= ${this.#parameter(amountToMicros.toString(), 'bigint')}`);
    }
    return bounds;
  }

  #others({ id, message }: AuditFilter): readonly string[] {
    const others: string[] = [];
    if (id !== undefined) others.push(`a.id = ${this.#parameter(id, 'text')}`);
    if (message !== undefined) {
      others.push(`a.message is not null and strpos(lower(a.message), lower(${this.#parameter(message, 'text')})) > 0`);
    }
    return others;
  }

  #parameter(value: unknown, type: string): string {
    this.#values.push(value);
    return `$${this.#values.length}::${type}`;
  }
}
