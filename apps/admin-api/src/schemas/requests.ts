import { RESERVATION_STATES, TOKEN_ROLES, VAULT_KEY_STATES } from '@keybrake/application';
import {
  APPROVAL_VALID_MAX_MS,
  APPROVAL_VALID_MIN_MS,
  GUARD_MODES,
  GUARD_SCOPES,
  GUARD_WINDOW_MAX_MS,
  isTimeZone,
  POLICY_MODES,
  parseProviderId,
} from '@keybrake/domain';
import { amountMinor, capBody, currency, instant, name } from '@keybrake/wire';
import { z } from 'zod';

// Which there are is known at the start only: whoever uses an unknown one is told so then.
const providerId = z
  .string()
  .transform((text, context) => {
    const id = parseProviderId(text);
    if (id === undefined) context.addIssue({ code: 'custom', message: 'is not the id of a provider, such as stripe' });
    return id ?? z.NEVER;
  })
  .meta({
    documentedAs: {
      type: 'string',
      pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
      maxLength: 31,
      description: 'stripe, twilio, resend, or the id of a provider in KEYBRAKE_PROVIDERS_FILE',
    },
  });

/** The same request under another idempotency key within the window. */
const duplicateGuard = z.strictObject({
  mode: z.enum(GUARD_MODES),
  windowSeconds: z
    .int()
    .min(1)
    .max(GUARD_WINDOW_MAX_MS / 1_000),
  scope: z.enum(GUARD_SCOPES).default('run'),
});

const amounts = z.record(z.string().regex(/^[A-Za-z]{3}$/, 'must be a currency, such as usd'), amountMinor).default({});

/** How people agree to calls above `approvalAbove`. */
const approvals = z
  .strictObject({
    expiresInSeconds: z
      .int()
      .min(APPROVAL_VALID_MIN_MS / 1_000)
      .max(APPROVAL_VALID_MAX_MS / 1_000)
      .default(86_400),
    fourEyes: z.boolean().default(false),
  })
  .default({ expiresInSeconds: 86_400, fourEyes: false });

export const policyBody = z.strictObject({
  name,
  provider: providerId,
  allowedOperations: z.array(z.string().min(1).max(200)).max(200),
  caps: z.array(capBody).max(50).default([]),
  perCallMax: amounts,
  timeZone: z.string().refine(isTimeZone, 'is not a known time zone').default('UTC'),
  // Null as the answers have it, so that what was read can be sent.
  requestsPerMonth: z.int().positive().max(2_000_000_000).nullish(),
  requestsPerSecond: z.int().positive().max(1_000_000).nullish(),
  unpriced: z.union([z.literal('deny'), z.strictObject({ reserveMinor: amountMinor, currency })]).default('deny'),
  requireRunId: z.boolean().default(false),
  requireIdempotencyKey: z.boolean().default(false),
  otherCurrencies: z.enum(['deny', 'convert']).default('deny'),
  connectedAccounts: z.array(z.string().max(500)).max(100).default([]),
  duplicateGuard: z.union([z.literal('off'), duplicateGuard]).default('off'),
  approvalAbove: amounts,
  approvals,
  mode: z.enum(POLICY_MODES).default('enforce'),
});
export type PolicyBody = z.infer<typeof policyBody>;

export const vaultKeyBody = z.strictObject({
  agentType: z.string().min(1).max(63),
  policyId: z.string().min(1),
  credentialId: z.string().min(1).optional(),
  expiresAt: instant.optional(),
  label: name.optional(),
});
export type VaultKeyBody = z.infer<typeof vaultKeyBody>;

export const credentialSecret = z.strictObject({
  secret: z.string().min(1).max(512),
  accountSid: z.string().optional(),
});
export const credentialBody = credentialSecret.extend({ provider: providerId, label: name.optional() });
export type CredentialBody = z.infer<typeof credentialBody>;
export type CredentialSecret = z.infer<typeof credentialSecret>;

export const tokenBody = z.strictObject({ name, role: z.enum(TOKEN_ROLES), expiresAt: instant.optional() });
export type TokenBody = z.infer<typeof tokenBody>;

export const resolveBody = z.strictObject({
  outcome: z.enum(['executed', 'not_executed']),
  /** What the provider moved; the reserved amount when left out. */
  amountMinor: amountMinor.optional(),
  note: z.string().min(1).max(1_000),
});
export type ResolveBody = z.infer<typeof resolveBody>;

export const emptyBody = z.strictObject({}).nullish();

const limitOf = (usual: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/, 'must be a number from 1 to 100')
    .transform(Number)
    .refine((value) => value >= 1 && value <= 100, 'must be from 1 to 100')
    .default(usual)
    .meta({ documentedAs: { type: 'integer', minimum: 1, maximum: 100, default: usual } });
const cursor = z.string().max(500).optional();
const paging = { limit: limitOf(20), cursor };
/** Of lists that are mostly wanted whole. */
const widePaging = { limit: limitOf(100), cursor };
const text = z.string().min(1).max(300).optional();

export const pageQuery = z.strictObject(paging);
export type PageQuery = z.infer<typeof pageQuery>;
const version = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be the number of a version')
  .transform(Number)
  .meta({ documentedAs: { type: 'integer', minimum: 1, maximum: 999_999_999 } });
export const diffQuery = z.strictObject({ from: version, to: version });
export type DiffQuery = z.infer<typeof diffQuery>;
export const versionParameter = version;
export const policyQuery = z.strictObject({ at: instant.optional().meta({ description: 'the version of then' }) });
export type PolicyQuery = z.infer<typeof policyQuery>;
export const vaultKeyQuery = z.strictObject({
  ...paging,
  agentType: text,
  policyId: text,
  parentId: text,
  state: z.enum(VAULT_KEY_STATES).optional(),
  search: text,
});
export type VaultKeyQuery = z.infer<typeof vaultKeyQuery>;
export const credentialQuery = z.strictObject({ ...paging, provider: providerId.optional() });
export type CredentialQuery = z.infer<typeof credentialQuery>;
export const agentTypeQuery = z.strictObject(widePaging);
export type AgentTypeQuery = z.infer<typeof agentTypeQuery>;
export const balanceQuery = z.strictObject({
  ...widePaging,
  vaultKeyId: text,
  at: instant.optional().meta({ description: 'with vaultKeyId: as it was then' }),
});
export type BalanceQuery = z.infer<typeof balanceQuery>;
export const spendQuery = z.strictObject({ ...widePaging, date: z.iso.date().optional() });
export type SpendQuery = z.infer<typeof spendQuery>;
export const idempotencyQuery = z.strictObject({ ...paging, idempotencyKey: text });
export type IdempotencyQuery = z.infer<typeof idempotencyQuery>;
export const reservationQuery = z.strictObject({ ...paging, state: z.enum(RESERVATION_STATES).optional() });
export type ReservationQuery = z.infer<typeof reservationQuery>;
export const thawBody = z.strictObject({ reason: z.string().min(1).max(500) });
export type ThawBody = z.infer<typeof thawBody>;
