import {
  createPolicy,
  getPolicy,
  getPolicyAt,
  listPolicies,
  listPolicyVersions,
  revisePolicy,
  type StoredPolicy,
  type TokenIdentity,
} from '@keybrake/application';
import { jsonDifferences, type PolicyId } from '@keybrake/domain';
import { Body, Controller, Get, Headers, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, fromCursor, toCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { policiesAnswer, policyAnswer, policyDiffAnswer } from '../schemas/answers.js';
import { toPolicyDraft } from '../schemas/drafts.js';
import {
  type DiffQuery,
  diffQuery,
  type PageQuery,
  type PolicyBody,
  type PolicyQuery,
  pageQuery,
  policyBody,
  policyQuery,
  versionParameter,
} from '../schemas/requests.js';
import { policyDraftView, policyView } from '../schemas/views.js';

const VERSION = /^[1-9]\d{0,8}$/;
const IF_MATCH = {
  name: 'If-Match',
  schema: { type: 'string' as const },
  required: false,
  description: 'The ETag that was read: 412 when it is no longer the current version.',
};

/** The version as an entity tag. */
function tagged(reply: FastifyReply, stored: StoredPolicy) {
  void reply.header('etag', `"${stored.policy.version}"`);
  return policyView(stored);
}

const NO_VERSION = 0;

/** Undefined: whichever is current. A tag that is none of ours is that of no version. */
function versionIn(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const [, version] = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch) ?? [];
  return version === undefined ? NO_VERSION : Number(version);
}

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
  @Documented({
    summary: 'The current version of a policy, or the one that was current at a time.',
    query: policyQuery,
    answer: policyAnswer,
  })
  async find(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Query({ schema: policyQuery }) { at }: PolicyQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (at !== undefined) return policyView(await getPolicyAt(this.#ports, actor, id as PolicyId, Date.parse(at)));
    return tagged(reply, await getPolicy(this.#ports, actor, id as PolicyId));
  }

  @Put(':id')
  @ApiHeader(IF_MATCH)
  @Documented({
    summary: 'Make the next version. What a window has used goes on counting; gateways obey it once this answers.',
    body: policyBody,
    answer: policyAnswer,
  })
  async revise(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: policyBody }) body: PolicyBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const expected = versionIn(ifMatch);
    return tagged(reply, await revisePolicy(this.#ports, actor, id as PolicyId, toPolicyDraft(body), expected));
  }

  @Get(':id/versions')
  @Allow('viewer')
  @Documented({
    summary: 'All versions, newest first. They never change.',
    query: pageQuery,
    answer: policiesAnswer,
  })
  async versions(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Query({ schema: pageQuery }) { limit, cursor }: PageQuery,
  ) {
    const request = { limit, after: toCursor(decodeCursor(cursor, VERSION)) };
    const page = await listPolicyVersions(this.#ports, actor, id as PolicyId, request);
    return { data: page.data.map(policyView), nextCursor: fromCursor(page.next) };
  }

  @Get(':id/versions/:version')
  @Allow('viewer')
  @Documented({ summary: 'One version of a policy, as it was in force.', answer: policyAnswer })
  async version(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Param('version', { schema: versionParameter }) version: number,
  ) {
    return policyView(await getPolicy(this.#ports, actor, id as PolicyId, version));
  }

  @Get(':id/diff')
  @Allow('viewer')
  @Documented({ summary: 'What changed between two versions.', query: diffQuery, answer: policyDiffAnswer })
  async diff(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Query({ schema: diffQuery }) { from, to }: DiffQuery,
  ) {
    const [before, after] = await Promise.all(
      [from, to].map(async (version) =>
        policyDraftView((await getPolicy(this.#ports, actor, id as PolicyId, version)).policy),
      ),
    );
    return { from, to, changes: jsonDifferences(before, after) };
  }
}
