import { TOKEN_ROLES } from '@keybrake/application';
import { CAP_DIRECTIONS, CAP_SCOPES, CAP_WINDOWS, GUARD_MODES, GUARD_SCOPES, POLICY_MODES } from '@keybrake/domain';
import { z } from 'zod';
import { count, currencyCode, id, minor, pageOf, time } from './answer-parts.js';

// What the routes of governance answer, field by field: the OpenAPI document and the typed client are made of it.

export const capAnswer = z
  .strictObject({
    scope: z.enum(CAP_SCOPES),
    window: z.enum(CAP_WINDOWS),
    currency: currencyCode,
    direction: z.enum(CAP_DIRECTIONS),
    limitMinor: minor,
  })
  .meta({ id: 'Cap' });

const policyFields = {
  name: z.string(),
  provider: z.string(),
  allowedOperations: z.array(z.string()),
  caps: z.array(capAnswer),
  perCallMax: z.record(z.string(), minor),
  timeZone: z.string(),
  requestsPerMonth: z.int().nullable(),
  requestsPerSecond: z.int().nullable(),
  unpriced: z.union([z.literal('deny'), z.strictObject({ reserveMinor: minor, currency: currencyCode })]),
  requireRunId: z.boolean(),
  requireIdempotencyKey: z.boolean(),
  otherCurrencies: z.enum(['deny', 'convert']),
  connectedAccounts: z.array(z.string()),
  duplicateGuard: z.union([
    z.literal('off'),
    z.strictObject({ mode: z.enum(GUARD_MODES), windowSeconds: z.int(), scope: z.enum(GUARD_SCOPES) }),
  ]),
  approvalAbove: z.record(z.string(), minor),
  approvals: z.strictObject({ expiresInSeconds: z.int(), fourEyes: z.boolean() }),
  mode: z.enum(POLICY_MODES),
};

export const policyDraftAnswer = z.strictObject(policyFields).meta({ id: 'PolicyDraft' });
export const policyAnswer = z
  .strictObject({
    id,
    version: z.int().positive(),
    ...policyFields,
    createdAt: time.meta({ description: 'of the first version' }),
    versionCreatedAt: time,
  })
  .meta({ id: 'Policy' });
export const policiesAnswer = pageOf(policyAnswer, 'PolicyPage');

const anyJson = z.unknown().meta({ description: 'the value; null where there is none' });
export const policyDiffAnswer = z
  .strictObject({
    from: z.int(),
    to: z.int(),
    changes: z.array(
      z.strictObject({
        path: z.string().meta({ description: 'JSON pointer into the policy' }),
        before: anyJson,
        after: anyJson,
      }),
    ),
  })
  .meta({ id: 'PolicyDiff' });

export const vaultKeyAnswer = z
  .strictObject({
    id,
    provider: z.string(),
    agentType: z.string(),
    label: z.string().nullable(),
    policyId: id,
    credentialId: id,
    parentId: id.nullable(),
    runId: z.string().nullable(),
    caps: z.array(capAnswer).meta({ description: 'what a child key adds to the limits of its parent' }),
    allowedOperations: z.array(z.string()).nullable(),
    expiresAt: time.nullable(),
    revokedAt: time.nullable().meta({ description: 'of the key or its first revoked ancestor' }),
    createdAt: time,
  })
  .meta({ id: 'VaultKey' });
export const vaultKeysAnswer = pageOf(vaultKeyAnswer, 'VaultKeyPage');

export const issuedKeyAnswer = vaultKeyAnswer
  .extend({ vaultKey: z.string().meta({ description: 'the text of the key: only in this answer' }) })
  .meta({ id: 'IssuedVaultKey' });

export const revokedKeyAnswer = z
  .strictObject({
    id,
    revokedAt: time,
    inForceAfterMs: z.number().nonnegative().meta({ description: 'from the request until no call could be launched' }),
  })
  .meta({ id: 'RevokedVaultKey' });

export const agentTypesAnswer = pageOf(
  z.strictObject({ agentType: z.string(), keys: count, liveKeys: count }).meta({ id: 'AgentType' }),
  'AgentTypePage',
);

export const credentialAnswer = z
  .strictObject({
    id,
    provider: z.string(),
    label: z.string().nullable(),
    version: z.int().positive(),
    hint: z.string().meta({ description: 'the last characters of the real key' }),
    createdAt: time,
    rotatedAt: time,
  })
  .meta({ id: 'Credential' });
export const credentialsAnswer = pageOf(credentialAnswer, 'CredentialPage');

export const tokenAnswer = z
  .strictObject({
    id,
    name: z.string(),
    role: z.enum(TOKEN_ROLES),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
    lastUsedAt: time.nullable(),
  })
  .meta({ id: 'Token' });
export const tokensAnswer = pageOf(tokenAnswer, 'TokenPage');
export const issuedTokenAnswer = tokenAnswer
  .extend({ token: z.string().meta({ description: 'the text of the token: only in this answer' }) })
  .meta({ id: 'IssuedToken' });
export const revokedTokenAnswer = z.strictObject({ id, revokedAt: time }).meta({ id: 'RevokedToken' });

export const accountAnswer = z
  .strictObject({
    id,
    frozen: z.string().nullable().meta({ description: 'why no call is let through; null: it is not' }),
  })
  .meta({ id: 'Account' });

/** RFC 9457, as every refusal of this API. */
export const problemAnswer = z
  .strictObject({
    type: z.string().meta({ description: 'address of what is to be known about this kind of problem' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'stable: for programs' }),
    detail: z.string().meta({ description: 'what happened and what to do' }),
    errors: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'field by field, as JSON pointers into the request' }),
    instance: z.string().optional(),
  })
  .meta({ id: 'Problem' });
