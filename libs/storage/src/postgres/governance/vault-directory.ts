import {
  type CredentialCipher,
  DependencyUnavailable,
  type KeyRecord,
  type VaultDirectory,
} from '@keybrake/application';
import { type AccountId, type CredentialId, invariant, type ProviderId, type VaultKeyId } from '@keybrake/domain';
import { LRUCache } from 'lru-cache';
import { asUnavailable, type Pool } from '../database.js';
import { decodePolicy, type PolicyDocument } from './policy-document.js';
import { type VaultKeyRow, vaultKeyOf } from './vault-key-rows.js';

const FIND = `
select k.account_id, k.key_id, k.secret_hash, k.agent_type, k.label, k.policy_id, k.credential_id, k.parent_id, k.lineage,
       k.bound_run_id, k.expires_at_ms, p.provider, v.version, v.document,
       (select jsonb_agg(jsonb_build_object('keyId', l.key_id, 'limits', l.attenuation) order by array_position(k.lineage, l.key_id))
               filter (where l.attenuation is not null)
          from governance.vault_keys l
         where l.account_id = k.account_id and l.key_id = any(k.lineage)) as attenuations
  from governance.vault_keys k
  join governance.policies p on p.account_id = k.account_id and p.policy_id = k.policy_id
  join governance.policy_versions v
    on v.account_id = p.account_id and v.policy_id = p.policy_id and v.version = p.current_version
 where k.account_id = $1::text and k.key_id = $2::text`;

const CREDENTIAL = `
select c.provider, v.version, v.sealed
  from governance.credentials c
  join governance.credential_versions v
    on v.account_id = c.account_id and v.credential_id = c.credential_id and v.version = c.current_version
 where c.account_id = $1::text and c.credential_id = $2::text`;

interface DirectoryRow extends VaultKeyRow {
  readonly provider: ProviderId;
  readonly version: number;
  readonly document: PolicyDocument;
}

interface CredentialRow {
  readonly provider: ProviderId;
  readonly version: number;
  readonly sealed: string;
}

type ProviderCredential = Awaited<ReturnType<CredentialCipher['open']>>;

const RECORDS_MAX = 10_000;
const RECORD_FRESH_MS = 30_000;
const CREDENTIALS_MAX = 1_000;
const CREDENTIAL_FRESH_MS = 60_000;
/** While the database does not answer, what was read before goes on being used for so long. */
const OUTAGE_MAX_MS = 15 * 60_000;
const OUTAGE_RETRY_MS = 5_000;

function recordOf(row: DirectoryRow): KeyRecord {
  const { account_id: accountId, policy_id: id, version, provider } = row;
  return { key: vaultKeyOf(row), policy: decodePolicy({ id, accountId, version, provider }, row.document) };
}

interface Cached<T> {
  readonly value: T;
  readonly readAtMs: number;
  /** Not asked for again before. */
  readonly freshUntilMs: number;
}

type Cache<T> = LRUCache<string, Cached<T>>;

/**
 * Keys, policies and credentials from Postgres, cached for seconds; unknown keys are not cached. An outage of Postgres
 * does not stop calls of cached keys: the admission store checks key state and policy version anyway.
 */
export class PostgresVaultDirectory implements VaultDirectory {
  readonly #pool: Pool;
  readonly #cipher: CredentialCipher;
  readonly #records: Cache<KeyRecord> = new LRUCache({ max: RECORDS_MAX, ttl: OUTAGE_MAX_MS });
  readonly #credentials: Cache<ProviderCredential> = new LRUCache({ max: CREDENTIALS_MAX, ttl: OUTAGE_MAX_MS });
  readonly #loads = new Map<string, Promise<unknown>>();

  constructor(pool: Pool, cipher: CredentialCipher) {
    this.#pool = pool;
    this.#cipher = cipher;
  }

  async find(accountId: AccountId, keyId: VaultKeyId): Promise<KeyRecord | undefined> {
    return this.#cached(this.#records, RECORD_FRESH_MS, `key/${accountId}/${keyId}`, async () => {
      const [row] = await this.#query<DirectoryRow>('find', FIND, accountId, keyId);
      return row === undefined ? undefined : recordOf(row);
    });
  }

  /** Credentials of the account go too: one key is called stale rarely, and a rotated credential is then found at once. */
  forget(accountId: AccountId, keyId: VaultKeyId): void {
    drop(this.#records, this.#loads, `key/${accountId}/${keyId}`);
    const ofAccount = `credential/${accountId}/`;
    const names = [...this.#credentials.keys(), ...this.#loads.keys()];
    for (const name of names.filter((other) => other.startsWith(ofAccount))) drop(this.#credentials, this.#loads, name);
  }

  async openCredential(accountId: AccountId, credentialId: CredentialId): Promise<ProviderCredential> {
    const name = `credential/${accountId}/${credentialId}`;
    const opened = await this.#cached(this.#credentials, CREDENTIAL_FRESH_MS, name, async () => {
      const [row] = await this.#query<CredentialRow>('credential', CREDENTIAL, accountId, credentialId);
      invariant(row !== undefined, `credential ${credentialId} of a vault key is on record`);
      const { provider, version, sealed } = row;
      return this.#cipher.open({ accountId, provider, credentialId, version }, sealed);
    });
    invariant(opened !== undefined, 'an opened credential is cached whole');
    return opened;
  }

  /** Callers at the same time share one query and what comes of it. What was forgotten while it was read is not cached. */
  async #cached<T extends object>(
    cache: Cache<T>,
    freshMs: number,
    name: string,
    load: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const known = cache.get(name);
    if (known !== undefined && performance.now() < known.freshUntilMs) return known.value;
    const underWay = this.#loads.get(name) as Promise<T | undefined> | undefined;
    if (underWay !== undefined) return underWay;
    const isWanted = () => this.#loads.get(name) === loading;
    const loading = load()
      .then((found) => {
        const readAtMs = performance.now();
        if (found !== undefined && isWanted()) {
          cache.set(name, { value: found, readAtMs, freshUntilMs: readAtMs + freshMs });
        }
        return found;
      })
      .catch((error: unknown) => {
        const nowMs = performance.now();
        const isUsable = known !== undefined && nowMs - known.readAtMs < OUTAGE_MAX_MS && isWanted();
        if (!isUsable || !(error instanceof DependencyUnavailable)) throw error;
        cache.set(name, { ...known, freshUntilMs: nowMs + OUTAGE_RETRY_MS });
        return known.value;
      })
      .finally(() => {
        if (isWanted()) this.#loads.delete(name);
      });
    this.#loads.set(name, loading);
    return loading;
  }

  /** Named, so that each connection plans it once. */
  async #query<Row extends object>(name: string, text: string, ...values: unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>({ name: `directory.${name}`, text, values })).rows;
    } catch (error) {
      throw asUnavailable(error, 'The key directory');
    }
  }
}

function drop(
  cache: Pick<LRUCache<string, object>, 'delete'>,
  loads: Map<string, Promise<unknown>>,
  name: string,
): void {
  cache.delete(name);
  loads.delete(name);
}
