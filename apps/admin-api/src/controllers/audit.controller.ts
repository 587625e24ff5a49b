import type { TokenIdentity } from '@keybrake/application';
import { getVaultKey } from '@keybrake/application';
import type { VaultKeyId } from '@keybrake/domain';
import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CONTENT_TYPES, exportStream } from '../audit-export.js';
import { lastSeen, TAIL_HEADERS, writeTail } from '../audit-tail.js';
import { Allow, CurrentActor } from '../auth/access.js';
import { cutPage, decodeCursor, encodeCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { StreamSlots } from '../http/stream-slots.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import {
  type AuditQuery,
  auditFilter,
  auditQuery,
  type ExportQuery,
  exportQuery,
  type FilterQuery,
  filterQuery,
  type VerifyQuery,
  verifyQuery,
} from '../schemas/audit.js';
import { auditAnswer, checkpointsAnswer, verificationAnswer } from '../schemas/audit-answers.js';
import { auditEntryAnswer } from '../schemas/report-answers.js';
import { type PageQuery, pageQuery } from '../schemas/requests.js';
import { auditView, checkpointView } from '../schemas/views.js';

const TAILS_MAX = 50;
const EXPORTS_MAX = 4;
const VERIFICATIONS_MAX = 2;

/** Every call as it was recorded: searched, exported, followed, verified. */
@ApiTags('audit')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1/audit')
export class AuditController {
  readonly #ports: AdminPorts;
  readonly #tails = new StreamSlots('live tails', TAILS_MAX);
  readonly #exports = new StreamSlots('exports of the audit', EXPORTS_MAX);
  readonly #verifications = new StreamSlots('verifications of the whole audit', VERIFICATIONS_MAX);

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  @Get()
  @Documented({ summary: 'Calls, denials and replays, newest first.', query: auditQuery, answer: auditAnswer })
  async search(@CurrentActor() actor: TokenIdentity, @Query({ schema: auditQuery }) query: AuditQuery) {
    const { limit, cursor, ...filters } = query;
    const filter = auditFilter(filters);
    const page = await this.#ports.audit.search(actor.accountId, filter, limit, decodeCursor(cursor));
    return { data: page.data.map(auditView), nextCursor: encodeCursor(page.next) };
  }

  @Get('export')
  @Documented({
    summary: 'All that matches, newest first, streamed: a JSON object a line, or CSV with a header.',
    query: exportQuery,
    answer: auditEntryAnswer,
    contentTypes: ['application/x-ndjson', 'text/csv'],
  })
  async export(
    @CurrentActor() actor: TokenIdentity,
    @Query({ schema: exportQuery }) { format, ...filters }: ExportQuery,
    @Res() reply: FastifyReply,
  ) {
    const release = this.#exports.take();
    const entries = this.#ports.audit.scan(actor.accountId, auditFilter(filters));
    const stream = await exportStream(entries, format, release);
    void reply
      .header('content-type', CONTENT_TYPES[format])
      .header('content-disposition', `attachment; filename="audit.${format}"`)
      .header('cache-control', 'no-store')
      .send(stream);
  }

  @Get('tail')
  @Documented({
    summary:
      'Live: each entry as it is made and as it changes, as server-sent events; goes on behind Last-Event-ID without a gap.',
    query: filterQuery,
    answer: auditEntryAnswer,
    contentTypes: ['text/event-stream'],
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'the id of the last event that was seen' })
  async tail(
    @CurrentActor() { accountId }: TokenIdentity,
    @Query({ schema: filterQuery }) filters: FilterQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    const { audit, tails } = this.#ports;
    const release = this.#tails.take();
    try {
      const after = lastSeen(lastEventId) ?? (await audit.latestChange(accountId));
      reply.hijack();
      reply.raw.writeHead(200, TAIL_HEADERS);
      if (reply.request.method === 'HEAD') reply.raw.end();
      else await writeTail(reply.raw, { accountId, filter: auditFilter(filters), after }, audit, tails);
    } finally {
      release();
    }
  }

  @Get('verify')
  @Documented({
    summary:
      'Walk the audit chain of a vault key, or those of all keys and the checkpoints; names the first entry that was edited, removed or reordered.',
    query: verifyQuery,
    answer: verificationAnswer,
  })
  async verify(@CurrentActor() actor: TokenIdentity, @Query({ schema: verifyQuery }) { vaultKeyId }: VerifyQuery) {
    const { audit, governance } = this.#ports;
    if (vaultKeyId !== undefined) {
      const { key } = await getVaultKey(governance, actor, vaultKeyId as VaultKeyId);
      return audit.verifyKey(actor.accountId, key.id);
    }
    const release = this.#verifications.take();
    return audit.verifyAccount(actor.accountId).finally(release);
  }

  @Get('checkpoints')
  @Documented({
    summary: 'What all chains came to at the end of each UTC day, newest first. Keep the newest hash elsewhere.',
    query: pageQuery,
    answer: checkpointsAnswer,
  })
  async checkpoints(@CurrentActor() actor: TokenIdentity, @Query({ schema: pageQuery }) { limit, cursor }: PageQuery) {
    const found = await this.#ports.audit.checkpoints(actor.accountId, limit + 1, decodeCursor(cursor)?.id);
    const { data, last } = cutPage(found, limit);
    const next = last === undefined ? undefined : { atMs: last.createdAtMs, id: last.day };
    return { data: data.map(checkpointView), nextCursor: encodeCursor(next) };
  }
}
