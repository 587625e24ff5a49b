import {
  createPolicy,
  getPolicy,
  listPolicies,
  listPolicyVersions,
  revisePolicy,
  type TokenIdentity,
} from '@keybrake/application';
import type { PolicyId } from '@keybrake/domain';
import { Body, Controller, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, fromCursor, toCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { policiesAnswer, policyAnswer } from '../schemas/answers.js';
import { toPolicyDraft } from '../schemas/drafts.js';
import { type PageQuery, type PolicyBody, pageQuery, policyBody } from '../schemas/requests.js';
import { policyView } from '../schemas/views.js';

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies')
export class PoliciesController {
  readonly #ports: AdminPorts['governance'];

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports.governance;
  }

  @Post()
  @Documented({
    summary: 'Make a policy. It is in force for a vault key as soon as the key names it.',
    body: policyBody,
    answer: policyAnswer,
    status: 201,
  })
  async create(@CurrentActor() actor: TokenIdentity, @Body({ schema: policyBody }) body: PolicyBody) {
    return policyView(await createPolicy(this.#ports, actor, toPolicyDraft(body)));
  }

  @Get()
  @Allow('viewer')
  @Documented({ summary: 'Current versions, newest policy first.', query: pageQuery, answer: policiesAnswer })
  async list(@CurrentActor() actor: TokenIdentity, @Query({ schema: pageQuery }) { limit, cursor }: PageQuery) {
    const page = await listPolicies(this.#ports, actor, { limit, after: toCursor(decodeCursor(cursor)) });
    return { data: page.data.map(policyView), nextCursor: fromCursor(page.next) };
  }

  @Get(':id')
  @Allow('viewer')
  @Documented({ summary: 'The current version of a policy.', answer: policyAnswer })
  async find(@CurrentActor() actor: TokenIdentity, @Param('id') id: string) {
    return policyView(await getPolicy(this.#ports, actor, id as PolicyId));
  }

  @Put(':id')
  @Documented({
    summary: 'Make the next version. What a window has used goes on counting; gateways obey it once this answers.',
    body: policyBody,
    answer: policyAnswer,
  })
  async revise(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: policyBody }) body: PolicyBody,
  ) {
    return policyView(await revisePolicy(this.#ports, actor, id as PolicyId, toPolicyDraft(body)));
  }

  @Get(':id/versions')
  @Allow('viewer')
  @Documented({ summary: 'All versions, newest first. They never change.', answer: policiesAnswer })
  async versions(@CurrentActor() actor: TokenIdentity, @Param('id') id: string) {
    const versions = await listPolicyVersions(this.#ports, actor, id as PolicyId);
    return { data: versions.map(policyView), nextCursor: null };
  }
}
