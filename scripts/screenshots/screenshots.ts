import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '@keybrake/platform';
import { migrate } from '@keybrake/storage';
import { createTemplateDatabase } from '@keybrake/testing/postgres';
import { PHONE, signIn, startBrowser } from '../../test/harness/browser.ts';
import { BUSY_SETTINGS, busyAccount } from '../../test/harness/busy-account.ts';
import { System } from '../../test/harness/system.ts';
import { pictures } from './pictures.ts';

// `npm run screenshots`: docs/images, from a system of its own with real calls in it.

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const DESKTOP = { width: 1280, height: 800 };

async function withSystem(work: (system: System) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'keybrake-screenshots-'));
  const postgres = await startEmbeddedPostgres({ folder });
  try {
    await createTemplateDatabase(postgres.url, migrate);
    const system = await System.start({ postgresUrl: postgres.url, env: BUSY_SETTINGS });
    try {
      await work(system);
    } finally {
      await system.stop();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await withSystem(async (system) => {
  const account = await busyAccount(system);
  const browser = await startBrowser();
  try {
    for (const { name, path, dark = false, phone = false, prepare } of pictures(account)) {
      const options = {
        viewport: phone ? PHONE : DESKTOP,
        colorScheme: dark ? ('dark' as const) : ('light' as const),
        deviceScaleFactor: 1,
      };
      const wish = { adminUrl: system.adminUrl, token: system.adminToken, options };
      const { page, close } = await signIn(browser, wish);
      await page.goto(path);
      await page.waitForLoadState('networkidle').catch(() => undefined);
      await prepare?.(page);
      await page.screenshot({ path: join(IMAGES, `${name}.png`) });
      console.log(`docs/images/${name}.png`);
      await close();
    }
  } finally {
    await browser.close();
  }
});
