import type { TokenIdentity } from '@keybrake/application';
import { getVaultKey } from '@keybrake/application';
import type { VaultKeyId } from '@keybrake/domain';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { type AuditQuery, auditFilter, auditQuery } from '../schemas/audit.js';
import { auditAnswer, auditVerificationAnswer } from '../schemas/report-answers.js';
import { type VerifyQuery, verifyQuery } from '../schemas/requests.js';
import { auditView } from '../schemas/views.js';

/** Every call as it was recorded: searched, verified. */
@ApiTags('audit')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1/audit')
export class AuditController {
  readonly #ports: AdminPorts;

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

  @Get('verify')
  @Documented({
    summary: "Walk a vault key's audit chain; names the first entry that was edited, removed or reordered.",
    query: verifyQuery,
    answer: auditVerificationAnswer,
  })
  async verify(@CurrentActor() actor: TokenIdentity, @Query({ schema: verifyQuery }) { vaultKeyId }: VerifyQuery) {
    const { key } = await getVaultKey(this.#ports.governance, actor, vaultKeyId as VaultKeyId);
    return this.#ports.reports.verifyAudit(actor.accountId, key.id);
  }
}
