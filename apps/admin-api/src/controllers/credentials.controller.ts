import {
  getCredential,
  listCredentials,
  putCredential,
  rotateCredential,
  type TokenIdentity,
} from '@keybrake/application';
import type { CredentialId } from '@keybrake/domain';
import type { ProviderCredential } from '@keybrake/providers';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, fromCursor, toCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { credentialAnswer, credentialsAnswer } from '../schemas/answers.js';
import {
  type CredentialBody,
  type CredentialQuery,
  type CredentialSecret,
  credentialBody,
  credentialQuery,
  credentialSecret,
} from '../schemas/requests.js';
import { credentialView } from '../schemas/views.js';

const toCredential = ({ secret, accountSid }: CredentialSecret): ProviderCredential =>
  accountSid === undefined ? { secret } : { secret, accountSid };

@ApiTags('credentials')
@ApiBearerAuth()
@Controller('v1/credentials')
export class CredentialsController {
  readonly #ports: AdminPorts['governance'];

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports.governance;
  }

  @Post()
  @Documented({
    summary: 'Store a real key, encrypted. It is never given back.',
    body: credentialBody,
    answer: credentialAnswer,
    status: 201,
  })
  async create(@CurrentActor() actor: TokenIdentity, @Body({ schema: credentialBody }) body: CredentialBody) {
    const { provider, label } = body;
    return credentialView(await putCredential(this.#ports, actor, { provider, label, credential: toCredential(body) }));
  }

  @Get()
  @Allow('viewer')
  @Documented({
    summary: 'Credentials by their last characters, never their secrets.',
    query: credentialQuery,
    answer: credentialsAnswer,
  })
  async list(@CurrentActor() actor: TokenIdentity, @Query({ schema: credentialQuery }) query: CredentialQuery) {
    const { limit, cursor, provider } = query;
    const page = await listCredentials(this.#ports, actor, provider, { limit, after: toCursor(decodeCursor(cursor)) });
    return { data: page.data.map(credentialView), nextCursor: fromCursor(page.next) };
  }

  @Get(':id')
  @Allow('viewer')
  @Documented({ summary: 'One credential, without its secret.', answer: credentialAnswer })
  async find(@CurrentActor() actor: TokenIdentity, @Param('id') id: string) {
    return credentialView(await getCredential(this.#ports, actor, id as CredentialId));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Documented({
    summary: 'Replace the real key. Gateways use the new one within a minute.',
    body: credentialSecret,
    answer: credentialAnswer,
  })
  async rotate(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: credentialSecret }) body: CredentialSecret,
  ) {
    return credentialView(await rotateCredential(this.#ports, actor, id as CredentialId, toCredential(body)));
  }
}
