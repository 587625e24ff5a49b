import { rewrapDataKeys } from '@keybrake/storage';
import { runOwnerJob } from './owner-job.js';

/** Wraps the accounts' data keys with KEYBRAKE_KEK, wherever one of KEYBRAKE_KEKS_OTHER was used. */
await runOwnerJob('rewrap', async ({ installation, pool, logger }) => {
  logger.info(await rewrapDataKeys(pool, installation), 'every data key is wrapped with KEYBRAKE_KEK');
});
