import type { TokenIdentity } from '@keybrake/application';
import { localDate } from '@keybrake/domain';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import {
  type SeriesQuery,
  seriesAnswer,
  seriesQuery,
  type UsageQuery,
  usageAnswer,
  usageQuery,
} from '../schemas/usage.js';
import { seriesView, usageView } from '../schemas/usage-views.js';

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 30;
const DAYS_MAX = 100;

@ApiTags('reports')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1')
export class UsageController {
  readonly #ports: AdminPorts;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  @Get('spend/series')
  @Documented({
    summary: `Spend and calls by day and agent type, provider or run: at most ${DAYS_MAX} days, the 50 groups with the most calls.`,
    query: seriesQuery,
    answer: seriesAnswer,
  })
  async series(@CurrentActor() actor: TokenIdentity, @Query({ schema: seriesQuery }) query: SeriesQuery) {
    const toDay = query.to ?? this.#today();
    const fromDay = query.from ?? dayBefore(toDay, DAYS_DEFAULT - 1);
    checkRange(fromDay, toDay);
    const { by, currency } = query;
    const rows = await this.#ports.usage.series(actor.accountId, { fromDay, toDay, by, currency });
    return { data: rows.map(seriesView), nextCursor: null };
  }

  @Get('usage')
  @Documented({
    summary: "A month's calls by the ledger's count, and what each policy's monthly quota has used.",
    query: usageQuery,
    answer: usageAnswer,
  })
  async month(@CurrentActor() actor: TokenIdentity, @Query({ schema: usageQuery }) query: UsageQuery) {
    const month = query.month ?? this.#today().slice(0, 7);
    return usageView(month, await this.#ports.usage.month(actor.accountId, month));
  }

  #today(): string {
    return localDate('UTC', this.#ports.runtime.nowMs());
  }
}

const dayBefore = (day: string, days: number) => new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);

function checkRange(fromDay: string, toDay: string): void {
  const days = (Date.parse(toDay) - Date.parse(fromDay)) / DAY_MS + 1;
  if (days >= 1 && days <= DAYS_MAX) return;
  const detail = `must be a day of the ${DAYS_MAX} up to ${toDay}.`;
  throw Problem.invalid([{ pointer: '/from', detail }], 422);
}
