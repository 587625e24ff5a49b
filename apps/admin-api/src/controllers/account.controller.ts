import { frozenReason, type TokenIdentity, thawAccount } from '@keybrake/application';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { accountAnswer } from '../schemas/answers.js';
import { type ThawBody, thawBody } from '../schemas/requests.js';

@ApiTags('account')
@ApiBearerAuth()
@Controller('v1/account')
export class AccountController {
  readonly #ports: AdminPorts['governance'];

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports.governance;
  }

  @Get()
  @Allow('viewer')
  @Documented({ summary: 'The account, and why it is frozen if it is.', answer: accountAnswer })
  async find(@CurrentActor() actor: TokenIdentity) {
    return { id: actor.accountId, frozen: (await frozenReason(this.#ports, actor)) ?? null };
  }

  @Post('thaw')
  @HttpCode(200)
  @Documented({
    summary: 'Let a frozen account spend again, after looking at its dead letters. Recorded with your name.',
    body: thawBody,
    answer: accountAnswer,
  })
  async thaw(@CurrentActor() actor: TokenIdentity, @Body({ schema: thawBody }) { reason }: ThawBody) {
    await thawAccount(this.#ports, actor, reason);
    return { id: actor.accountId, frozen: null };
  }
}
