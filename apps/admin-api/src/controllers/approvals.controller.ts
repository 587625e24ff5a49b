import { getApproval, type TokenIdentity, voteOnApproval } from '@keybrake/application';
import type { ApprovalId } from '@keybrake/domain';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import {
  type ApprovalQuery,
  approvalAnswer,
  approvalQuery,
  approvalsAnswer,
  approvalView,
  type VoteBody,
  voteBody,
} from '../schemas/approvals.js';

@ApiTags('approvals')
@ApiBearerAuth()
@Controller('v1/approvals')
export class ApprovalsController {
  readonly #ports: AdminPorts['approvals'];

  constructor(@Inject(ADMIN_PORTS) { approvals }: AdminPorts) {
    this.#ports = approvals;
  }

  @Get()
  @Allow('viewer')
  @Documented({
    summary: 'Calls that asked for approval, the last first.',
    query: approvalQuery,
    answer: approvalsAnswer,
  })
  async list(
    @CurrentActor() { accountId }: TokenIdentity,
    @Query({ schema: approvalQuery }) { limit, cursor, state }: ApprovalQuery,
  ) {
    const page = await this.#ports.approvals.list(accountId, state, limit, decodeCursor(cursor));
    return { data: page.data.map(approvalView), nextCursor: encodeCursor(page.next) };
  }

  @Get(':id')
  @Allow('viewer')
  @Documented({ summary: 'One call that asked for approval, with what people said.', answer: approvalAnswer })
  async find(@CurrentActor() actor: TokenIdentity, @Param('id') id: ApprovalId) {
    return approvalView(await getApproval(this.#ports, actor, id));
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Allow('operator')
  @Documented({
    summary: 'Let the call through, once; with four eyes the second person does. In force when this has answered.',
    body: voteBody,
    answer: approvalAnswer,
  })
  approve(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: ApprovalId,
    @Body({ schema: voteBody }) body: VoteBody,
  ) {
    return this.#vote(actor, id, 'approved', body);
  }

  @Post(':id/deny')
  @HttpCode(200)
  @Allow('operator')
  @Documented({
    summary: 'Refuse the call and release its amount. One person is enough.',
    body: voteBody,
    answer: approvalAnswer,
  })
  deny(@CurrentActor() actor: TokenIdentity, @Param('id') id: ApprovalId, @Body({ schema: voteBody }) body: VoteBody) {
    return this.#vote(actor, id, 'denied', body);
  }

  async #vote(actor: TokenIdentity, id: ApprovalId, decision: 'approved' | 'denied', body: VoteBody) {
    return approvalView(await voteOnApproval(this.#ports, actor, id, { decision, note: body?.note ?? null }));
  }
}
