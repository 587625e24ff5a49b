import type { IdempotentClaim, IdempotentRequest, IdempotentResponses } from '@keybrake/application';
import { invariant } from '@keybrake/domain';
import type { Binding, EnvelopeCipher } from '../../credential-cipher.js';
import type { Pool } from '../database.js';
import { GovernanceDatabase } from './governance-database.js';

const KEPT_MS = 86_400_000;
const CLAIM_MS = 60_000;

// Also takes over what is too old to be answered, and a claim whose owner ended without a word.
const CLAIM = `
insert into governance.idempotent_responses as r (account_id, token_id, idempotency_key, fingerprint, state, created_at_ms)
values ($1::text, $2::text, $3::text, $4::text, 'open', $5::bigint)
on conflict (account_id, token_id, idempotency_key) do update
   set fingerprint = excluded.fingerprint, state = 'open', status = null, sealed_body = null, created_at_ms = excluded.created_at_ms
 where r.created_at_ms <= excluded.created_at_ms - ${KEPT_MS}
    or (r.state = 'open' and r.fingerprint = excluded.fingerprint and r.created_at_ms <= excluded.created_at_ms - ${CLAIM_MS})`;

const FIND = `
select r.fingerprint, r.state, r.status, r.sealed_body from governance.idempotent_responses r
 where r.account_id = $1::text and r.token_id = $2::text and r.idempotency_key = $3::text`;

const COMPLETE = `
update governance.idempotent_responses r set state = 'completed', status = $4::integer, sealed_body = $5::text
 where r.account_id = $1::text and r.token_id = $2::text and r.idempotency_key = $3::text and r.state = 'open'`;

const ABANDON = `
delete from governance.idempotent_responses r
 where r.account_id = $1::text and r.token_id = $2::text and r.idempotency_key = $3::text and r.state = 'open'`;

const PURGE = `
delete from governance.idempotent_responses r
 where (r.account_id, r.token_id, r.idempotency_key) in (
   select o.account_id, o.token_id, o.idempotency_key from governance.idempotent_responses o
    where o.created_at_ms <= $1::bigint - ${KEPT_MS}
    order by o.created_at_ms limit $2::integer for update skip locked)`;

interface Row {
  readonly fingerprint: string;
  readonly state: 'open' | 'completed';
  readonly status: number | null;
  readonly sealed_body: string | null;
}

const bind = ({ tokenId, key }: IdempotentRequest): Binding => ['admin answer', tokenId, key];
const identity = ({ accountId, tokenId, key }: IdempotentRequest) => [accountId, tokenId, key];

/** Answers of the admin API, sealed with the account's data key. */
export class PostgresIdempotentResponses implements IdempotentResponses {
  readonly #database: GovernanceDatabase;
  readonly #cipher: EnvelopeCipher;

  constructor(pool: Pool, cipher: EnvelopeCipher) {
    this.#database = new GovernanceDatabase(pool);
    this.#cipher = cipher;
  }

  async claim(request: IdempotentRequest, nowMs: number): Promise<IdempotentClaim> {
    const row = await this.#database.change(async (client) => {
      const { rowCount } = await client.query(CLAIM, [...identity(request), request.fingerprint, nowMs]);
      if (rowCount === 1) return undefined;
      return (await client.query<Row>(FIND, identity(request))).rows[0] ?? 'gone';
    });
    if (row === undefined) return { kind: 'claimed' };
    // Abandoned between the two statements: the caller's retry gets it.
    if (row === 'gone') return { kind: 'in_flight' };
    if (row.fingerprint !== request.fingerprint) return { kind: 'mismatch' };
    if (row.state === 'open') return { kind: 'in_flight' };
    invariant(row.status !== null && row.sealed_body !== null, 'a completed answer has a status and a body');
    const body = await this.#cipher.open(request.accountId, bind(request), row.sealed_body);
    return { kind: 'completed', status: row.status, body: body.toString('utf8') };
  }

  async complete(request: IdempotentRequest, status: number, body: string): Promise<void> {
    const sealed = await this.#cipher.seal(request.accountId, bind(request), Buffer.from(body, 'utf8'));
    await this.#database.read(COMPLETE, [...identity(request), status, sealed]);
  }

  async abandon(request: IdempotentRequest): Promise<void> {
    await this.#database.read(ABANDON, identity(request));
  }

  async purge(nowMs: number, limit: number): Promise<number> {
    return this.#database.change(async (client) => (await client.query(PURGE, [nowMs, limit])).rowCount ?? 0);
  }
}
