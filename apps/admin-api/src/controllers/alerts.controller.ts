import type { TokenIdentity } from '@keybrake/application';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { type AlertQuery, alertQuery, alertsAnswer, alertView } from '../schemas/alerts.js';

@ApiTags('alerts')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1/alerts')
export class AlertsController {
  readonly #alerts: AdminPorts['alerts'];

  constructor(@Inject(ADMIN_PORTS) { alerts }: AdminPorts) {
    this.#alerts = alerts;
  }

  @Get()
  @Documented({ summary: 'What was told, newest first.', query: alertQuery, answer: alertsAnswer })
  async list(
    @CurrentActor() { accountId }: TokenIdentity,
    @Query({ schema: alertQuery }) { limit, cursor, ...filter }: AlertQuery,
  ) {
    const page = await this.#alerts.list(accountId, filter, limit, decodeCursor(cursor));
    return { data: page.data.map(alertView), nextCursor: encodeCursor(page.next) };
  }
}
