import {
  getVaultKey,
  issueVaultKey,
  listAgentTypes,
  listVaultKeys,
  mintChild,
  revokeVaultKey,
  type TokenIdentity,
} from '@keybrake/application';
import type { PolicyId, VaultKeyId } from '@keybrake/domain';
import { type ChildBody, childBody, toChildDraft, vaultKeyView } from '@keybrake/wire';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { cutPage, decodeCursor, decodeNames, encodeNames, fromCursor, toCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import {
  agentTypesAnswer,
  issuedKeyAnswer,
  revokedKeyAnswer,
  vaultKeyAnswer,
  vaultKeysAnswer,
} from '../schemas/answers.js';
import { toVaultKeyDraft } from '../schemas/drafts.js';
import {
  type AgentTypeQuery,
  agentTypeQuery,
  emptyBody,
  type VaultKeyBody,
  type VaultKeyQuery,
  vaultKeyBody,
  vaultKeyQuery,
} from '../schemas/requests.js';

@ApiTags('vault keys')
@ApiBearerAuth()
@Controller('v1')
export class VaultKeysController {
  readonly #ports: AdminPorts['governance'];

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports.governance;
  }

  @Post('vault-keys')
  @Documented({
    summary: 'Issue a vault key. Its text is in this answer and nowhere else.',
    body: vaultKeyBody,
    answer: issuedKeyAnswer,
    status: 201,
  })
  async issue(@CurrentActor() actor: TokenIdentity, @Body({ schema: vaultKeyBody }) body: VaultKeyBody) {
    const { stored, vaultKey } = await issueVaultKey(this.#ports, actor, toVaultKeyDraft(body));
    return { ...vaultKeyView(stored), vaultKey };
  }

  @Get('vault-keys')
  @Allow('viewer')
  @Documented({ summary: 'Vault keys, newest first.', query: vaultKeyQuery, answer: vaultKeysAnswer })
  async list(@CurrentActor() actor: TokenIdentity, @Query({ schema: vaultKeyQuery }) query: VaultKeyQuery) {
    const { limit, cursor, agentType, policyId, parentId, state: is, search } = query;
    const filter = {
      agentType,
      policyId: policyId as PolicyId | undefined,
      parentId: parentId as VaultKeyId | undefined,
      state: is === undefined ? undefined : { is, nowMs: this.#ports.runtime.nowMs() },
      search,
    };
    const page = await listVaultKeys(this.#ports, actor, filter, { limit, after: toCursor(decodeCursor(cursor)) });
    return { data: page.data.map(vaultKeyView), nextCursor: fromCursor(page.next) };
  }

  @Get('vault-keys/:id')
  @Allow('viewer')
  @Documented({ summary: 'One vault key, without its text.', answer: vaultKeyAnswer })
  async find(@CurrentActor() actor: TokenIdentity, @Param('id') id: string) {
    return vaultKeyView(await getVaultKey(this.#ports, actor, id as VaultKeyId));
  }

  @Post('vault-keys/:id/revoke')
  @HttpCode(200)
  @Allow('operator')
  @Documented({
    summary: 'The kill switch. Once this answers 200, no gateway launches a call of the key or a key below it.',
    answer: revokedKeyAnswer,
  })
  async revoke(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: emptyBody }) _body: unknown,
  ) {
    const startedMs = performance.now();
    const { revokedAtMs } = await revokeVaultKey(this.#ports, actor, id as VaultKeyId);
    const inForceAfterMs = Math.round((performance.now() - startedMs) * 10) / 10;
    return { id, revokedAt: new Date(revokedAtMs).toISOString(), inForceAfterMs };
  }

  @Post('vault-keys/:id/children')
  @Documented({
    summary: 'Mint a key for one run: never wider than its parent, revoked with it.',
    body: childBody,
    answer: issuedKeyAnswer,
    status: 201,
  })
  async mint(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: childBody }) body: ChildBody,
  ) {
    const { stored, vaultKey } = await mintChild(this.#ports, actor, id as VaultKeyId, toChildDraft(body));
    return { ...vaultKeyView(stored), vaultKey };
  }

  @Get('agent-types')
  @Allow('viewer')
  @Documented({ summary: 'The labels that vault keys carry.', query: agentTypeQuery, answer: agentTypesAnswer })
  async agentTypes(@CurrentActor() actor: TokenIdentity, @Query({ schema: agentTypeQuery }) query: AgentTypeQuery) {
    const { limit, cursor } = query;
    const found = await listAgentTypes(this.#ports, actor, { limit: limit + 1, after: decodeNames(cursor, 1)?.[0] });
    const { data, last } = cutPage(found, limit);
    return { data, nextCursor: encodeNames(last && [last.agentType]) };
  }
}
