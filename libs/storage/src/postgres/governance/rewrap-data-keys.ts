import { EnvelopeCipher } from '../../credential-cipher.js';
import { type Pool, transaction } from '../database.js';
import { type MasterKeys, PostgresAccountKeys } from './account-keys.js';

const ALL = `
select k.account_id, k.generation, k.master_key_id, k.wrapped_key from governance.account_keys k
 order by k.account_id, k.generation for update`;

const REPLACE = `
update governance.account_keys k set master_key_id = $3::text, wrapped_key = $4::text
 where k.account_id = $1::text and k.generation = $2::integer`;

interface Row {
  readonly account_id: string;
  readonly generation: number;
  readonly master_key_id: string;
  readonly wrapped_key: string;
}

/**
 * Wraps every account's data keys with `kek`; what they encrypt stays as it is. All or none of them. Returns how many
 * were wrapped with one of `otherKeks` before. Throws `UnreadableSecret` when one is wrapped with none of these.
 */
export async function rewrapDataKeys(
  pool: Pool,
  { kek, otherKeks }: MasterKeys,
): Promise<{ readonly rewrapped: number; readonly dataKeys: number }> {
  const cipher = new EnvelopeCipher(kek, new PostgresAccountKeys(pool), otherKeks);
  return transaction(pool, async (client) => {
    const { rows } = await client.query<Row>(ALL);
    let rewrapped = 0;
    for (const row of rows) {
      const stored = { generation: row.generation, masterKeyId: row.master_key_id, wrappedKey: row.wrapped_key };
      const anew = cipher.rewrapped(row.account_id, stored);
      if (anew === undefined) continue;
      await client.query(REPLACE, [row.account_id, row.generation, anew.masterKeyId, anew.wrappedKey]);
      rewrapped += 1;
    }
    return { rewrapped, dataKeys: rows.length };
  });
}
