import type {
  GovernanceNote,
  Page,
  PageRequest,
  PolicyRecords,
  PolicyVersionRef,
  StoredPolicy,
} from '@keybrake/application';
import type { AccountId, Policy, PolicyId, ProviderId } from '@keybrake/domain';
import type { GovernanceDatabase } from './governance-database.js';
import { insertNote } from './note.js';
import { pageOf, pageParameters, timeOf } from './paging.js';
import { decodePolicy, encodePolicy, type PolicyDocument } from './policy-document.js';

const INSERT_FIRST = `
insert into governance.policies (account_id, policy_id, provider, current_version, created_at_ms)
values ($1::text, $2::text, $3::text, 1, $4::bigint)
on conflict do nothing`;

// Locks the policy; a version that is not the next one changes nothing.
const MOVE_TO_NEXT = `
update governance.policies p set current_version = $3::integer
 where p.account_id = $1::text and p.policy_id = $2::text and p.current_version = $3::integer - 1`;

const INSERT_VERSION = `
insert into governance.policy_versions (account_id, policy_id, version, document, created_at_ms)
values ($1::text, $2::text, $3::integer, $4::jsonb, $5::bigint)`;

const FIND = `
select p.account_id, p.policy_id, p.provider, p.created_at_ms, v.version, v.document, v.created_at_ms as version_created_at_ms
  from governance.policies p
  join governance.policy_versions v
    on v.account_id = p.account_id and v.policy_id = p.policy_id
   and v.version = coalesce($3::integer, p.current_version)
 where p.account_id = $1::text and p.policy_id = $2::text`;

const FIND_AT = `
select p.account_id, p.policy_id, p.provider, p.created_at_ms, v.version, v.document, v.created_at_ms as version_created_at_ms
  from governance.policies p
  join governance.policy_versions v on v.account_id = p.account_id and v.policy_id = p.policy_id
 where p.account_id = $1::text and p.policy_id = $2::text and v.created_at_ms <= $3::bigint
 order by v.version desc limit 1`;

const LIST = `
select p.account_id, p.policy_id, p.provider, p.created_at_ms, v.version, v.document, v.created_at_ms as version_created_at_ms
  from governance.policies p
  join governance.policy_versions v
    on v.account_id = p.account_id and v.policy_id = p.policy_id and v.version = p.current_version
 where p.account_id = $1::text
   and ($2::bigint is null or (p.created_at_ms, p.policy_id) < ($2::bigint, $3::text))
 order by p.created_at_ms desc, p.policy_id desc
 limit $4::integer`;

const LIST_VERSIONS = `
select p.account_id, p.policy_id, p.provider, p.created_at_ms, v.version, v.document, v.created_at_ms as version_created_at_ms
  from governance.policies p
  join governance.policy_versions v on v.account_id = p.account_id and v.policy_id = p.policy_id
 where p.account_id = $1::text and p.policy_id = $2::text and ($3::integer is null or v.version < $3::integer)
 order by v.version desc
 limit $4::integer`;

const CURRENT_AFTER = `
select p.account_id, p.policy_id, p.current_version as version
  from governance.policies p
 where $1::text is null or (p.account_id, p.policy_id) > ($1::text, $2::text)
 order by p.account_id, p.policy_id
 limit $3::integer`;

interface PolicyRow {
  readonly account_id: AccountId;
  readonly policy_id: PolicyId;
  readonly provider: ProviderId;
  readonly created_at_ms: bigint;
  readonly version: number;
  readonly document: PolicyDocument;
  readonly version_created_at_ms: bigint;
}

function storedPolicy(row: PolicyRow): StoredPolicy {
  const { account_id: accountId, policy_id: id, provider, version, document } = row;
  return {
    policy: decodePolicy({ id, accountId, version, provider }, document),
    createdAtMs: timeOf(row.created_at_ms),
    versionCreatedAtMs: timeOf(row.version_created_at_ms),
  };
}

export function policyRecords(database: GovernanceDatabase): PolicyRecords {
  return {
    insertPolicyVersion: (policy: Policy, atMs: number, note: GovernanceNote): Promise<boolean> =>
      database.change(async (client) => {
        const { accountId, id, version } = policy;
        const { rowCount } =
          version === 1
            ? await client.query(INSERT_FIRST, [accountId, id, policy.provider, atMs])
            : await client.query(MOVE_TO_NEXT, [accountId, id, version]);
        if (rowCount === 0) return false;
        await client.query(INSERT_VERSION, [accountId, id, version, encodePolicy(policy), atMs]);
        await insertNote(client, note);
        return true;
      }),

    findPolicy: async (accountId: AccountId, policyId: PolicyId, version?: number) => {
      const [row] = await database.read<PolicyRow>(FIND, [accountId, policyId, version ?? null]);
      return row === undefined ? undefined : storedPolicy(row);
    },

    findPolicyAt: async (accountId: AccountId, policyId: PolicyId, atMs: number) => {
      const [row] = await database.read<PolicyRow>(FIND_AT, [accountId, policyId, atMs]);
      return row === undefined ? undefined : storedPolicy(row);
    },

    listPolicies: async (accountId: AccountId, page: PageRequest): Promise<Page<StoredPolicy>> => {
      const rows = await database.read<PolicyRow>(LIST, [accountId, ...pageParameters(page)]);
      return pageOf(rows.map(storedPolicy), page, ({ createdAtMs, policy }) => ({ createdAtMs, id: policy.id }));
    },

    listPolicyVersions: async (accountId: AccountId, policyId: PolicyId, page: PageRequest) => {
      const [, before, limit] = pageParameters(page);
      const rows = await database.read<PolicyRow>(LIST_VERSIONS, [accountId, policyId, before, limit]);
      return pageOf(rows.map(storedPolicy), page, ({ versionCreatedAtMs: createdAtMs, policy }) => ({
        createdAtMs,
        id: String(policy.version),
      }));
    },

    policyVersionsAfter: async (last: PolicyVersionRef | undefined, limit: number) => {
      const parameters = [last?.accountId ?? null, last?.policyId ?? null, limit];
      const rows = await database.read<PolicyRow>(CURRENT_AFTER, parameters);
      return rows.map((row) => ({ accountId: row.account_id, policyId: row.policy_id, version: row.version }));
    },
  };
}
