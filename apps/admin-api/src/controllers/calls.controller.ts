import type { TokenIdentity } from '@keybrake/application';
import type { ReservationId } from '@keybrake/domain';
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { callLifeAnswer } from '../schemas/call-life.js';
import { callLifeView } from '../schemas/call-life-view.js';

@ApiTags('reports')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1/audit')
export class CallsController {
  readonly #ports: AdminPorts;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  // Static segments beside it (verify, export) win: Fastify's router looks for them first.
  @Get(':id')
  @Documented({
    summary: "One call's whole life: its steps with the balances around them, the time of each phase, its audit links.",
    answer: callLifeAnswer,
  })
  async find(@CurrentActor() actor: TokenIdentity, @Param('id') id: string) {
    const { calls, reports } = this.#ports;
    const record = await calls.find(actor.accountId, id);
    if (record === undefined) throw Problem.notFound(`There is no audit entry ${id}.`);
    const hasReservation = record.reservation !== undefined;
    const report = hasReservation ? await reports.reservation(actor.accountId, id as ReservationId) : undefined;
    return callLifeView(record, report);
  }
}
