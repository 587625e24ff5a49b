import type { TokenIdentity } from '@keybrake/application';
import { localDate, type VaultKeyId } from '@keybrake/domain';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { keyBalances } from '../key-balances.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { balancesAnswer, idempotencyRecordsAnswer, spendAnswer } from '../schemas/report-answers.js';
import {
  type BalanceQuery,
  balanceQuery,
  type IdempotencyQuery,
  idempotencyQuery,
  type SpendQuery,
  spendQuery,
} from '../schemas/requests.js';
import { balanceView, idempotencyView, spendView } from '../schemas/views.js';

@ApiTags('reports')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1')
export class ReportsController {
  readonly #ports: AdminPorts;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  @Get('balances')
  @Documented({
    summary: 'Caps of a vault key with what their windows have used; without one, every balance in use.',
    query: balanceQuery,
    answer: balancesAnswer,
  })
  async balances(@CurrentActor() actor: TokenIdentity, @Query({ schema: balanceQuery }) { vaultKeyId }: BalanceQuery) {
    const { reports, runtime } = this.#ports;
    const found =
      vaultKeyId === undefined
        ? await reports.balances(actor.accountId, undefined, runtime.nowMs())
        : await keyBalances(this.#ports, actor, vaultKeyId as VaultKeyId);
    return { data: found.map(balanceView), nextCursor: null };
  }

  @Get('spend')
  @Documented({
    summary: "A day's spend per agent type; today when no date is given.",
    query: spendQuery,
    answer: spendAnswer,
  })
  async spend(@CurrentActor() actor: TokenIdentity, @Query({ schema: spendQuery }) { date }: SpendQuery) {
    const day = date ?? localDate('UTC', this.#ports.runtime.nowMs());
    const rows = await this.#ports.reports.spend(actor.accountId, day);
    return { data: rows.map(spendView), nextCursor: null };
  }

  @Get('idempotency-records')
  @Documented({
    summary: 'Idempotency keys and what became of their calls, newest first; never the answers.',
    query: idempotencyQuery,
    answer: idempotencyRecordsAnswer,
  })
  async idempotencyRecords(
    @CurrentActor() actor: TokenIdentity,
    @Query({ schema: idempotencyQuery }) query: IdempotencyQuery,
  ) {
    const { limit, cursor, idempotencyKey } = query;
    const { reports } = this.#ports;
    const page = await reports.idempotencyRecords(actor.accountId, { idempotencyKey }, limit, decodeCursor(cursor));
    return { data: page.data.map(idempotencyView), nextCursor: encodeCursor(page.next) };
  }
}
