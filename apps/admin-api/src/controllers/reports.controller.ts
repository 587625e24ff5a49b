import type { TokenIdentity } from '@keybrake/application';
import { localDate, type VaultKeyId } from '@keybrake/domain';
import { balanceView, toMs } from '@keybrake/wire';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { cutPage, decodeCursor, decodeNames, encodeCursor, encodeNames } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
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
import { idempotencyView, spendView } from '../schemas/views.js';

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
    summary:
      'All caps of a vault key with what their windows have used, now or at a time; without a key, a page of the balances in use.',
    query: balanceQuery,
    answer: balancesAnswer,
  })
  async balances(@CurrentActor() actor: TokenIdentity, @Query({ schema: balanceQuery }) query: BalanceQuery) {
    const { limit, cursor, vaultKeyId, at } = query;
    if (vaultKeyId !== undefined) {
      const ofKey = await keyBalances(this.#ports, actor, vaultKeyId as VaultKeyId, toMs(at));
      return { data: ofKey.map(balanceView), nextCursor: null };
    }
    if (at !== undefined)
      throw Problem.invalid([{ pointer: '/at', detail: 'is for one key: name its vaultKeyId.' }], 422);
    const { reports, runtime } = this.#ports;
    const page = await reports.balances(actor.accountId, runtime.nowMs(), limit, decodeCursor(cursor));
    return { data: page.data.map(balanceView), nextCursor: encodeCursor(page.next) };
  }

  @Get('spend')
  @Documented({
    summary: "A day's spend per agent type; today when no date is given.",
    query: spendQuery,
    answer: spendAnswer,
  })
  async spend(@CurrentActor() actor: TokenIdentity, @Query({ schema: spendQuery }) query: SpendQuery) {
    const { limit, cursor, date } = query;
    const day = date ?? localDate('UTC', this.#ports.runtime.nowMs());
    const [agentType, currency] = decodeNames(cursor, 2) ?? [];
    const after = agentType === undefined || currency === undefined ? undefined : ([agentType, currency] as const);
    const rows = await this.#ports.reports.spend(actor.accountId, day, limit + 1, after);
    const { data, last } = cutPage(rows, limit);
    return { data: data.map(spendView), nextCursor: encodeNames(last && [last.agentType, last.currency ?? '']) };
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
