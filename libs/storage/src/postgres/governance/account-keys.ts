import type { CredentialCipher, ResponseSeal, WebhookSeal } from '@keybrake/application';
import { EnvelopeCipher, type WrappedKey, type WrappedKeyStore } from '../../credential-cipher.js';
import { createCredentialCipher, createResponseSeal, createWebhookSeal } from '../../sealed-records.js';
import { asUnavailable, type Pool } from '../database.js';

const LOAD = `
select k.generation, k.master_key_id, k.wrapped_key from governance.account_keys k where k.account_id = $1::text`;

const INSERT = `
insert into governance.account_keys (account_id, generation, master_key_id, wrapped_key, created_at_ms)
values ($1::text, $2::integer, $3::text, $4::text, (extract(epoch from clock_timestamp()) * 1000)::bigint)
on conflict do nothing`;

interface Row {
  readonly generation: number;
  readonly master_key_id: string;
  readonly wrapped_key: string;
}

/** The accounts' wrapped data keys. */
export class PostgresAccountKeys implements WrappedKeyStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async load(accountId: string, first: () => WrappedKey): Promise<readonly WrappedKey[]> {
    try {
      const known = await this.#read(accountId);
      if (known.length > 0) return known;
      const { generation, masterKeyId, wrappedKey } = first();
      await this.#pool.query(INSERT, [accountId, generation, masterKeyId, wrappedKey]);
      return await this.#read(accountId);
    } catch (error) {
      throw asUnavailable(error, 'The key directory');
    }
  }

  async #read(accountId: string): Promise<readonly WrappedKey[]> {
    const { rows } = await this.#pool.query<Row>(LOAD, [accountId]);
    return rows.map((row) => ({
      generation: row.generation,
      masterKeyId: row.master_key_id,
      wrappedKey: row.wrapped_key,
    }));
  }
}

export interface PostgresCipher {
  readonly envelope: EnvelopeCipher;
  readonly credentials: CredentialCipher;
  readonly responses: ResponseSeal;
  readonly webhooks: WebhookSeal;
}

/** Of 32 bytes each, and kept elsewhere. */
export interface MasterKeys {
  /** What data keys are wrapped with. */
  readonly kek: Uint8Array;
  /** What data keys may still be wrapped with, or already are, while the master key is changed. */
  readonly otherKeks: readonly Uint8Array[];
}

/** Encryption with data keys in this database, under the installation's master keys. */
export function postgresCipher(pool: Pool, { kek, otherKeks }: MasterKeys): PostgresCipher {
  const envelope = new EnvelopeCipher(kek, new PostgresAccountKeys(pool), otherKeks);
  return {
    envelope,
    credentials: createCredentialCipher(envelope),
    responses: createResponseSeal(envelope),
    webhooks: createWebhookSeal(envelope),
  };
}
