import type { TokenIdentity } from '@keybrake/application';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { type PageQuery, pageQuery } from '../schemas/requests.js';
import { type RunsQuery, runAnswer, runsAnswer, runsQuery } from '../schemas/usage.js';
import { runView } from '../schemas/usage-views.js';
import { auditView } from '../schemas/views.js';

@ApiTags('reports')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1/runs')
export class RunsController {
  readonly #ports: AdminPorts;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  @Get()
  @Documented({
    summary: 'Runs with what they called and spent, newest activity first.',
    query: runsQuery,
    answer: runsAnswer,
  })
  async list(@CurrentActor() actor: TokenIdentity, @Query({ schema: runsQuery }) query: RunsQuery) {
    const { limit, cursor, ...filter } = query;
    const page = await this.#ports.usage.runs(actor.accountId, filter, limit, decodeCursor(cursor));
    return { data: page.data.map(runView), nextCursor: encodeCursor(page.next) };
  }

  @Get(':runId')
  @Documented({
    summary: "One run's story: its calls, replays and denials, oldest first.",
    query: pageQuery,
    answer: runAnswer,
  })
  async find(
    @CurrentActor() actor: TokenIdentity,
    @Param('runId') runId: string,
    @Query({ schema: pageQuery }) { limit, cursor }: PageQuery,
  ) {
    const { usage } = this.#ports;
    const run = await usage.run(actor.accountId, runId);
    if (run === undefined) throw Problem.notFound(`There is no run ${runId}.`);
    const page = await usage.runEntries(actor.accountId, runId, limit, decodeCursor(cursor));
    return { run: runView(run), data: page.data.map(auditView), nextCursor: encodeCursor(page.next) };
  }
}
