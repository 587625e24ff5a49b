import { issueToken, listTokens, revokeToken, type TokenIdentity } from '@keybrake/application';
import { toMs } from '@keybrake/wire';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../auth/access.js';
import { decodeCursor, fromCursor, toCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { issuedTokenAnswer, revokedTokenAnswer, tokensAnswer } from '../schemas/answers.js';
import { emptyBody, type PageQuery, pageQuery, type TokenBody, tokenBody } from '../schemas/requests.js';
import { tokenView } from '../schemas/views.js';

@ApiTags('tokens')
@ApiBearerAuth()
@Controller('v1/tokens')
export class TokensController {
  readonly #ports: AdminPorts['governance'];

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports.governance;
  }

  @Post()
  @Documented({
    summary: 'Issue a token of this API. Its text is in this answer and nowhere else.',
    body: tokenBody,
    answer: issuedTokenAnswer,
    status: 201,
  })
  async issue(@CurrentActor() actor: TokenIdentity, @Body({ schema: tokenBody }) { name, role, expiresAt }: TokenBody) {
    const { stored, token } = await issueToken(this.#ports, actor, { name, role, expiresAtMs: toMs(expiresAt) });
    return { ...tokenView(stored), token };
  }

  @Get()
  @Documented({ summary: 'Tokens, newest first, without their texts.', query: pageQuery, answer: tokensAnswer })
  async list(@CurrentActor() actor: TokenIdentity, @Query({ schema: pageQuery }) { limit, cursor }: PageQuery) {
    const page = await listTokens(this.#ports, actor, { limit, after: toCursor(decodeCursor(cursor)) });
    return { data: page.data.map(tokenView), nextCursor: fromCursor(page.next) };
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Documented({ summary: 'End a token at once.', answer: revokedTokenAnswer })
  async revoke(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: emptyBody }) _body: unknown,
  ) {
    const { revokedAtMs } = await revokeToken(this.#ports, actor, id);
    return { id, revokedAt: new Date(revokedAtMs).toISOString() };
  }
}
