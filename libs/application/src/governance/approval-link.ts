import { type AccountId, type ApprovalId, parseAccountId } from '@keybrake/domain';
import type { Digests } from '../ports/digests.js';

/** What a signed link speaks of. */
export interface ApprovalLink {
  readonly accountId: AccountId;
  readonly approvalId: ApprovalId;
  readonly expiresAtMs: number;
}

export type LinkDigests = Pick<Digests, 'secretHash' | 'isHashOf'>;

const signedText = ({ accountId, approvalId, expiresAtMs }: ApprovalLink): string =>
  `approval link ${accountId} ${approvalId} ${expiresAtMs}`;

/** `<account>.<approval>.<expiry>.<signature>`: whoever has it may decide this one approval until then. */
export function signApprovalLink(digests: LinkDigests, link: ApprovalLink): string {
  return [link.accountId, link.approvalId, link.expiresAtMs, digests.secretHash(signedText(link))].join('.');
}

/** Undefined for one that was not signed here, or whose time is over. */
export function readApprovalLink(digests: LinkDigests, text: string, nowMs: number): ApprovalLink | undefined {
  const [account = '', approval = '', expiry = '', signature = ''] = text.split('.');
  const accountId = parseAccountId(account);
  if (accountId === undefined) return undefined;
  const link = { accountId, approvalId: approval as ApprovalId, expiresAtMs: Number(expiry) };
  return digests.isHashOf(signature, signedText(link)) && link.expiresAtMs > nowMs ? link : undefined;
}

/** Where a person decides. What signs stands behind `#`: no server, proxy or log sees it. */
export function approvalPage(adminUrl: string, approvalId: ApprovalId, signed?: string): string {
  const page = `${adminUrl}/approvals/${approvalId}`;
  return signed === undefined ? page : `${page}#${signed}`;
}
