import { simulatePolicy, type TokenIdentity } from '@keybrake/application';
import type { PolicyId } from '@keybrake/domain';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { StreamSlots } from '../http/stream-slots.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { toPolicyDraft } from '../schemas/drafts.js';
import { type SimulationBody, simulationAnswer, simulationBody, simulationView } from '../schemas/simulations.js';

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 7;
const DAYS_MAX = 31;
const SIMULATIONS_MAX = 2;

@ApiTags('policies')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1/policy-simulations')
export class SimulationsController {
  readonly #ports: AdminPorts;
  readonly #slots = new StreamSlots('policy simulations', SIMULATIONS_MAX);

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  @Post()
  @HttpCode(200)
  @Documented({
    summary: `Try a policy on recorded calls: what it would have decided and how much would have been spent. At most ${DAYS_MAX} days; nothing is kept.`,
    body: simulationBody,
    answer: simulationAnswer,
  })
  async simulate(@CurrentActor() { accountId }: TokenIdentity, @Body({ schema: simulationBody }) body: SimulationBody) {
    const { simulation, runtime } = this.#ports;
    const toMs = body.to === undefined ? runtime.nowMs() : Date.parse(body.to);
    const fromMs = body.from === undefined ? toMs - DAYS_DEFAULT * DAY_MS : Date.parse(body.from);
    checkPeriod(fromMs, toMs);
    const request = {
      accountId,
      fromMs,
      toMs,
      draft: toPolicyDraft(body.policy),
      policyId: body.policyId as PolicyId | undefined,
    };
    const release = this.#slots.take();
    try {
      const result = await simulatePolicy(simulation, request);
      return simulationView(fromMs, toMs, result);
    } finally {
      release();
    }
  }
}

function checkPeriod(fromMs: number, toMs: number): void {
  if (fromMs < toMs && toMs - fromMs <= DAYS_MAX * DAY_MS) return;
  const detail = `must be before \`to\`, and at most ${DAYS_MAX} days.`;
  throw Problem.invalid([{ pointer: '/from', detail }], 422);
}
