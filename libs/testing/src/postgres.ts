import pg from 'pg';

const TEMPLATE = 'keybrake_template';

export interface TestDatabase {
  readonly url: string;
  /** Ends what is still connected and removes the database. */
  drop(): Promise<void>;
}

/** Migrates once; the databases of the tests are copies. `migrate` is handed in: this library knows no storage. */
export async function createTemplateDatabase(
  serverUrl: string,
  migrate: (url: string) => Promise<unknown>,
): Promise<void> {
  await asAdmin(serverUrl, async (client) => {
    await client.query(`drop database if exists ${TEMPLATE} with (force)`);
    await client.query(`create database ${TEMPLATE}`);
  });
  await migrate(databaseUrl(serverUrl, TEMPLATE));
}

let serial = 0;

/** A migrated database of a test file's own. */
export async function createDatabase(serverUrl: string): Promise<TestDatabase> {
  serial += 1;
  const name = `test_${process.pid}_${Date.now()}_${serial}`;
  await asAdmin(serverUrl, (client) => client.query(`create database ${name} template ${TEMPLATE}`));
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => asAdmin(serverUrl, (client) => client.query(`drop database ${name} with (force)`)),
  };
}

async function asAdmin(serverUrl: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}
