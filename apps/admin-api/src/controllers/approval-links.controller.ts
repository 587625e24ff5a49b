import { getApproval, readApprovalLink, voteOnApproval } from '@keybrake/application';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { NoSignIn } from '../auth/access.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import {
  approvalAnswer,
  approvalView,
  type LinkBody,
  type LinkVoteBody,
  linkBody,
  linkVoteBody,
} from '../schemas/approvals.js';

/** Whoever follows a link of a webhook counts as one person, whoever they are. */
const BEARER = 'link';

/** Decisions by the signed link of a webhook, without a sign-in. Only a POST changes anything: links are fetched by robots. */
@ApiTags('approvals')
@Controller('v1/approval-links')
@NoSignIn()
export class ApprovalLinksController {
  readonly #ports: AdminPorts;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  @Post('view')
  @HttpCode(200)
  @Documented({ summary: 'What a link is about; changes nothing.', body: linkBody, answer: approvalAnswer })
  async view(@Body({ schema: linkBody }) { link }: LinkBody) {
    const { actor, approvalId } = this.#read(link);
    return approvalView(await getApproval(this.#ports.approvals, actor, approvalId));
  }

  @Post('approve')
  @HttpCode(200)
  @Documented({ summary: 'Approve what a link is about.', body: linkVoteBody, answer: approvalAnswer })
  approve(@Body({ schema: linkVoteBody }) body: LinkVoteBody) {
    return this.#vote(body, 'approved');
  }

  @Post('deny')
  @HttpCode(200)
  @Documented({ summary: 'Deny what a link is about.', body: linkVoteBody, answer: approvalAnswer })
  deny(@Body({ schema: linkVoteBody }) body: LinkVoteBody) {
    return this.#vote(body, 'denied');
  }

  async #vote({ link, note }: LinkVoteBody, decision: 'approved' | 'denied') {
    const { actor, approvalId } = this.#read(link);
    return approvalView(
      await voteOnApproval(this.#ports.approvals, actor, approvalId, { decision, note: note ?? null }),
    );
  }

  #read(text: string) {
    const { governance, runtime } = this.#ports;
    const link = readApprovalLink(governance.digests, text, runtime.nowMs());
    if (link === undefined) throw Problem.linkInvalid();
    const { accountId, approvalId } = link;
    return { actor: { accountId, name: BEARER }, approvalId };
  }
}
