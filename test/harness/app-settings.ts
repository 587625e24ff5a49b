/** What a system's own servers are reached at. */
export interface MadeServers {
  readonly databaseUrl: string;
  readonly redisPort: number | undefined;
}

/** Settings of each app alone, by the name of its process. */
export type AppSettings = Readonly<Record<'gateway' | 'ledger' | 'admin API', Readonly<Record<string, string>>>>;
