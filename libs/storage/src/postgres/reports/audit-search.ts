import type { AuditFilter, ReportPage, TimeCursor } from '@keybrake/application';
import type { AccountId, AuditEntry } from '@keybrake/domain';
import type { Queryable } from '../database.js';
import { AUDIT_TERMS, AuditConditions } from './audit-conditions.js';
import { type AuditRow, toAuditEntry } from './audit-rows.js';
import { pageOf } from './page.js';

/** Entries from the newest on that are looked at one by one before an index of values is asked. */
const PROBE_ROWS = 5_000;
/** What one page looks through. No index knows parts of messages; a scan has time. */
const WITH_MESSAGE = { among: 'a.message is not null', rowsMax: 20_000 };
const ANY_ENTRY = { among: 'true', rowsMax: 20_000 };
const SCAN_ROWS = 1_000;
/** As many are read and sorted for one page. */
const CANDIDATES_MAX = 3_000;
const DAY_MS = 86_400_000;
const DAYS_MAX = 31n;
const BEFORE_ALL_MS = '-9007199254740991';

const NEWEST_FIRST = 'order by a.started_at_ms desc, a.id desc';

/**
 * A page of the audit, newest first. What is frequent is found among the newest entries; what is not is taken from the
 * index of terms, which knows for any values together which entries have them, and put in order. So no plan rests on the
 * planner's guess about how often two values meet.
 */
export async function searchAudit(
  db: Queryable,
  accountId: AccountId,
  filter: AuditFilter,
  limit: number,
  after: TimeCursor | undefined,
): Promise<ReportPage<AuditEntry>> {
  const conditions = new AuditConditions(accountId, filter, after);
  if (conditions.match === 'true') return onePage(db, conditions, newest(conditions), limit);
  if (isSelective(filter)) return onePage(db, conditions, rare(conditions), limit, conditions.terms);
  if (filter.message !== undefined) return searchWindow(db, conditions, WITH_MESSAGE, limit);
  const probed = await onePage(db, conditions, probe(conditions), limit);
  if (probed.next !== undefined) return probed;
  return searchByTerms(db, conditions, limit);
}

async function onePage(
  db: Queryable,
  conditions: AuditConditions,
  statement: string,
  limit: number,
  ...more: readonly unknown[]
): Promise<ReportPage<AuditEntry>> {
  return pageOfEntries(await rowsOf(db, conditions, statement, limit + 1, ...more), limit);
}

const pageOfEntries = (rows: readonly AuditRow[], limit: number) =>
  pageOf(rows.map(toAuditEntry), limit, (entry) => ({ atMs: entry.startedAtMs, id: entry.id }));

/** One call's or one run's entries: few, wherever in time they are. */
const isSelective = ({ id, runId, idempotencyKey, upstreamRequestId }: AuditFilter) =>
  (id ?? runId ?? idempotencyKey ?? upstreamRequestId) !== undefined;

const newest = ({ span, values }: AuditConditions) =>
  `select a.* from ledger.audit_entries a where ${span} ${NEWEST_FIRST} limit $${values.length + 1}::integer`;

// The limit inside keeps the outer conditions from being looked for among all entries.
const probe = ({ span, match, values }: AuditConditions) => `
select a.* from (
  select a.* from ledger.audit_entries a where ${span} ${NEWEST_FIRST} limit ${PROBE_ROWS}
) a where ${match} ${NEWEST_FIRST} limit $${values.length + 1}::integer`;

// The offset keeps the order and the limit from changing how the entries are found.
const rare = ({ span, match, values }: AuditConditions) => `
select a.* from (
  select a.* from ledger.audit_entries a
   where ${span} and ${match} and ${AUDIT_TERMS} @> $${values.length + 2}::text[] offset 0
) a ${NEWEST_FIRST} limit $${values.length + 1}::integer`;

// Day by day, until the page is full: values that many entries had, but none of late, are not all read.
const byDays = ({ span, match, values }: AuditConditions) => `
select a.* from (
  select f.* from generate_series($${values.length + 3}::bigint, $${values.length + 4}::bigint, -1) as day
  cross join lateral (
    select a.* from (
      select a.* from ledger.audit_entries a
       where ${span} and ${match} and ${AUDIT_TERMS} @> array_append($${values.length + 2}::text[], 'y:' || day::text)
       offset 0
    ) a ${NEWEST_FIRST} limit $${values.length + 1}::integer
  ) f limit $${values.length + 1}::integer
) a ${NEWEST_FIRST}`;

interface CandidateRow extends AuditRow {
  readonly candidates: bigint;
}

/**
 * The page when few entries match at all; undefined when there may be more of them than `CANDIDATES_MAX`. Reading them in
 * any order and putting them in order then costs less than asking the index for each day.
 */
async function amongFew(
  db: Queryable,
  { match, values }: AuditConditions,
  candidates: string,
  limit: number,
  ...more: readonly unknown[]
): Promise<ReportPage<AuditEntry> | undefined> {
  const statement = `
with candidates as materialized (${candidates} limit ${CANDIDATES_MAX + 1})
select a.*, (select count(*) from candidates) as candidates from candidates a
 where ${match} or (select count(*) from candidates) > ${CANDIDATES_MAX} ${NEWEST_FIRST} limit $${values.length + 1}::integer`;
  const { rows } = await db.query<CandidateRow>(statement, [...values, limit + 1, ...more]);
  return (rows[0]?.candidates ?? 0n) > CANDIDATES_MAX ? undefined : pageOfEntries(rows, limit);
}

const byAmount = ({ span, amount }: AuditConditions) =>
  `select a.* from ledger.audit_entries a where ${span} and ${amount}`;

const byTerms = ({ span, match, values }: AuditConditions) =>
  `select a.* from ledger.audit_entries a
    where ${span} and ${match} and ${AUDIT_TERMS} @> $${values.length + 2}::text[]`;

/** What is not among the newest: few entries, or those of the last days, or of all days at once. */
async function searchByTerms(db: Queryable, conditions: AuditConditions, limit: number) {
  const { span, spanValues, terms, amount } = conditions;
  const few =
    (amount === undefined ? undefined : await amongFew(db, conditions, byAmount(conditions), limit)) ??
    (await amongFew(db, conditions, byTerms(conditions), limit, terms));
  if (few !== undefined) return few;
  const { rows } = await db.query<{ newest: bigint | null; oldest: bigint | null }>(
    `select (select a.started_at_ms / ${DAY_MS} from ledger.audit_entries a where ${span} ${NEWEST_FIRST} limit 1) as newest,
            (select a.started_at_ms / ${DAY_MS} from ledger.audit_entries a where ${span}
              order by a.started_at_ms, a.id limit 1) as oldest`,
    spanValues,
  );
  const { newest: newestDay = null, oldest: oldestDay = null } = rows[0] ?? {};
  if (newestDay === null || oldestDay === null) return { data: [], next: undefined };
  const firstDay = newestDay - DAYS_MAX < oldestDay ? oldestDay : newestDay - DAYS_MAX;
  const days = [newestDay.toString(), firstDay.toString()];
  const page = await onePage(db, conditions, byDays(conditions), limit, terms, ...days);
  if (page.next !== undefined || firstDay === oldestDay) return page;
  return onePage(db, conditions, rare(conditions), limit, terms);
}

async function rowsOf(
  db: Queryable,
  conditions: AuditConditions,
  statement: string,
  ...more: readonly unknown[]
): Promise<readonly AuditRow[]> {
  return (await db.query<AuditRow>(statement, [...conditions.values, ...more])).rows;
}

/**
 * Looks through a bounded number of entries, or of those with a message, one by one: the page may hold fewer than `limit`
 * and still have a next one, which goes on behind them.
 */
async function searchWindow(
  db: Queryable,
  conditions: AuditConditions,
  window: { readonly among: string; readonly rowsMax: number },
  limit: number,
): Promise<ReportPage<AuditEntry>> {
  const { span, match, values } = conditions;
  const ends = await db.query<{ started_at_ms: bigint; id: string }>(
    `select a.started_at_ms, a.id from ledger.audit_entries a where ${span} and ${window.among}
     ${NEWEST_FIRST} offset ${window.rowsMax - 1} limit 1`,
    conditions.spanValues,
  );
  const end = ends.rows[0];
  const own = values.length;
  const statement = `
    select a.* from ledger.audit_entries a
     where ${span} and ${window.among} and (a.started_at_ms, a.id) >= ($${own + 2}::bigint, $${own + 3}::text) and ${match}
     ${NEWEST_FIRST} limit $${own + 1}::integer`;
  const place = [end?.started_at_ms.toString() ?? BEFORE_ALL_MS, end?.id ?? ''];
  const page = pageOfEntries(await rowsOf(db, conditions, statement, limit + 1, ...place), limit);
  if (page.next !== undefined || end === undefined) return page;
  return { ...page, next: { atMs: Number(end.started_at_ms), id: end.id } };
}

/** Every entry that matches, newest first, in pieces of bounded size; each is a statement of its own. */
export async function* scanAudit(
  db: Queryable,
  accountId: AccountId,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditEntry[]> {
  let after: TimeCursor | undefined;
  do {
    const { data, next } = await scanPage(db, new AuditConditions(accountId, filter, after), filter);
    if (data.length > 0) yield data;
    after = next;
  } while (after !== undefined);
}

async function scanPage(db: Queryable, conditions: AuditConditions, filter: AuditFilter) {
  if (isSelective(filter)) return onePage(db, conditions, rare(conditions), SCAN_ROWS, conditions.terms);
  if (conditions.match === 'true') return onePage(db, conditions, newest(conditions), SCAN_ROWS);
  return searchWindow(db, conditions, ANY_ENTRY, SCAN_ROWS);
}
