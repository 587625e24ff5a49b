import { admissionStoreContract } from '@keybrake/testing';
import { createDatabase } from '@keybrake/testing/postgres';
import { inject } from 'vitest';
import { createPool } from '../database.js';
import { PostgresAdmissionStore } from './admission-store.js';
import { PostgresAdmissionUpkeep } from './admission-upkeep.js';

admissionStoreContract('Postgres', async () => {
  const database = await createDatabase(inject('postgresUrl'));
  const onIdleError = () => undefined;
  const pool = createPool({ url: database.url, applicationName: 'contract', connectionsMax: 20, onIdleError });
  return {
    store: new PostgresAdmissionStore(pool),
    upkeep: new PostgresAdmissionUpkeep(pool),
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
});
