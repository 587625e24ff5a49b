import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import type { IssuedKey } from './account.ts';
import { type Answer, charge, executedMarkers } from './calls.ts';
import type { System } from './system.ts';

/** As the admin API tells it. */
export interface ApprovalView {
  readonly id: string;
  readonly state: string;
  readonly votes: readonly { readonly decision: string; readonly by: string; readonly note: string | null }[];
  readonly usedBy: string | null;
  readonly reservationId: string;
  readonly amountMinor: string;
}

export interface ApprovalError {
  readonly code: string;
  readonly message: string;
  readonly approval_id: string;
  readonly approval_url: string;
  readonly expires_at: string;
}

export const errorOf = ({ text }: Answer) => (JSON.parse(text) as { error: ApprovalError }).error;

/** A key whose charges above $50 wait for a person; up to $1,000 a day. */
export const approvalKey = (system: System, policy: Record<string, unknown> = {}): Promise<IssuedKey> =>
  system.issueKey({
    allowedOperations: ['charges:*'],
    capMinor: '100000',
    policy: { approvalAbove: { usd: '5000' }, ...policy },
  });

/** A request's time, made shorter than a policy can make it. */
export const timeIsOver = (system: System, id: string) =>
  system.sql('update approvals.approvals set expires_at_ms = $2::bigint where approval_id = $1', [
    id,
    Date.now() - 2_000,
  ]);

/** One charge of an agent that keeps its idempotency key; each attempt goes to the next gateway, as balanced. */
export class WaitingCharge {
  readonly mark = randomUUID();
  readonly #system: System;
  readonly #key: IssuedKey;
  #attempts = 0;

  constructor(system: System, key: IssuedKey) {
    this.#system = system;
    this.#key = key;
  }

  send(url?: string, amount = 9_000): Promise<Answer> {
    const { gatewayUrls } = this.#system;
    this.#attempts += 1;
    const body = `amount=${amount}&currency=usd&source=tok_visa&description=${this.mark}`;
    return charge(
      url ?? (gatewayUrls[this.#attempts % gatewayUrls.length] as string),
      this.#key.vaultKey,
      body,
      this.mark,
    );
  }

  /** Asks, and returns the approval once people can see it. */
  async asked(): Promise<ApprovalView> {
    return this.seen(errorOf(await this.send()).approval_id);
  }

  seen(id: string): Promise<ApprovalView> {
    const view = () => this.#system.admin<ApprovalView>('GET', `/v1/approvals/${id}`).catch(() => undefined);
    return eventually(
      `approval ${id} to be seen`,
      view,
      (found) => found !== undefined,
      30_000,
    ) as Promise<ApprovalView>;
  }

  /** Again and again while something is away, as an SDK does. */
  settled(): Promise<Answer> {
    return eventually(
      `the charge ${this.mark} to be answered`,
      () => this.send().catch(() => ({ status: 0, text: '', headers: new Headers() })),
      ({ status, headers }) => status !== 0 && status !== 503 && headers.get('stripe-should-retry') !== 'true',
      60_000,
    );
  }

  async executed(): Promise<number> {
    return executedMarkers(await this.#system.witness('stripe'), this.mark).length;
  }
}
