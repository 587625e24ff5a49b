import type { ProviderId } from '@keybrake/domain';
import type { Provider } from '@keybrake/providers';
import { DEMO_GRANTS, DEMO_REFUNDS, type DemoPolicy, readOnlyDraft } from './demo-policies.js';
import type { PolicyDraft } from './policy-rules.js';

/** A policy to begin with; made as it is, or changed first. */
export interface PolicyTemplate {
  readonly id: string;
  /** One sentence: what an agent may do with it. */
  readonly description: string;
  readonly provider: ProviderId;
  readonly draft: PolicyDraft;
}

const WRITTEN: readonly (readonly [id: string, policy: DemoPolicy, description: string])[] = [
  ['stripe-charges', DEMO_GRANTS.stripe, 'Charges and payments, with the customers, products and prices for them.'],
  ['stripe-refunds', DEMO_REFUNDS, 'Money back for charges that it may look up, and nothing else.'],
  ['twilio-messages', DEMO_GRANTS.twilio, 'SMS and other messages.'],
  ['resend-emails', DEMO_GRANTS.resend, 'Emails, single and in batches.'],
];

/** Of these providers, the written ones first; for each provider one that only reads. */
export function policyTemplates(providers: readonly Provider[]): readonly PolicyTemplate[] {
  const ids = new Set<string>(providers.map(({ id }) => id));
  const written = WRITTEN.filter(([, { draft }]) => ids.has(draft.provider)).map(([id, { draft }, description]) => ({
    id,
    description,
    provider: draft.provider,
    draft,
  }));
  const readOnly = providers.map(({ id }) => ({
    id: `${id}-read`,
    description: 'Looks things up and changes nothing.',
    provider: id,
    draft: readOnlyDraft(id),
  }));
  return [...written, ...readOnly];
}
