import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bootstrapped } from '@keybrake/application';
import { type BuiltInProviderId, isBuiltInProviderId } from '@keybrake/domain';

/** What a person reads on the terminal, for scripts. */
export interface DemoFile {
  readonly gatewayUrl: string;
  readonly adminUrl: string;
  readonly adminToken: string;
  readonly providers: Readonly<Record<BuiltInProviderId, { readonly vaultKey: string; readonly baseUrl: string }>>;
  readonly simulatorUrl: string;
}

const fileIn = (dataDir: string) => join(dataDir, 'demo.json');

/** Only its owner may read it: it holds keys. */
export async function writeDemoFile(dataDir: string, demo: DemoFile): Promise<void> {
  const draft = `${fileIn(dataDir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, fileIn(dataDir));
}

/** The token and keys of the last start, so that what was copied from its terminal goes on working. */
export async function readEarlier(
  dataDir: string,
): Promise<Partial<Pick<Bootstrapped, 'adminToken' | 'vaultKeys'>> | undefined> {
  try {
    const { adminToken, providers } = JSON.parse(await readFile(fileIn(dataDir), 'utf8')) as DemoFile;
    const keys = Object.entries(providers).flatMap(([id, { vaultKey }]) =>
      isBuiltInProviderId(id) ? [[id, vaultKey] as const] : [],
    );
    return { adminToken, vaultKeys: new Map(keys) };
  } catch {
    return undefined;
  }
}
