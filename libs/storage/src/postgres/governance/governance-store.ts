import type { AccountRecords, GovernanceNote, GovernanceStore } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import type { Pool } from '../database.js';
import { credentialRecords } from './credential-records.js';
import { GovernanceDatabase } from './governance-database.js';
import { insertNote } from './note.js';
import { policyRecords } from './policy-records.js';
import { sessionRecords } from './session-records.js';
import { tokenRecords } from './token-records.js';
import { vaultKeyRecords } from './vault-key-records.js';

/** The tables of migrations/0001_governance.sql. */
export function createPostgresGovernanceStore(pool: Pool): GovernanceStore {
  const database = new GovernanceDatabase(pool);
  return {
    ...accountRecords(database),
    ...policyRecords(database),
    ...vaultKeyRecords(database),
    ...credentialRecords(database),
    ...tokenRecords(database),
    ...sessionRecords(database),
  };
}

function accountRecords(database: GovernanceDatabase): AccountRecords {
  return {
    insertAccount: (accountId: AccountId, atMs: number, note: GovernanceNote) =>
      database.change(async (client) => {
        const { rowCount } = await client.query(
          'insert into governance.accounts (account_id, created_at_ms) values ($1::text, $2::bigint) on conflict do nothing',
          [accountId, atMs],
        );
        if (rowCount === 0) return false;
        await insertNote(client, note);
        return true;
      }),

    frozenReason: async (accountId: AccountId) => {
      const rows = await database.read<{ reason: string }>(
        'select f.reason from ledger.frozen_accounts f where f.account_id = $1::text',
        [accountId],
      );
      return rows[0]?.reason;
    },

    thawAccount: (accountId: AccountId, note: GovernanceNote) =>
      database.change(async (client) => {
        await client.query('delete from ledger.frozen_accounts f where f.account_id = $1::text', [accountId]);
        await insertNote(client, note);
      }),

    accountExists: async (accountId: AccountId) => {
      const rows = await database.read('select 1 from governance.accounts a where a.account_id = $1::text', [
        accountId,
      ]);
      return rows.length > 0;
    },
  };
}
