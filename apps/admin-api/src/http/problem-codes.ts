/** Every code that a refusal of the admin API can have: what it means, and what to do. Its `type` leads to the page of these. */
export const PROBLEM_CODES = {
  changed: {
    status: '412',
    meaning: 'Somebody has saved a newer version than the one that If-Match names.',
    remedy: 'Read it again, make your change to what is there now, and send it with the new ETag.',
  },
  conflict: {
    status: '409',
    meaning: 'What is asked for does not go with what is already there.',
    remedy: 'The detail says with what. Read it again before you try something else.',
  },
  cross_origin: {
    status: '403',
    meaning: 'A change came with a session’s cookie from a page of another origin.',
    remedy: 'Use the dashboard at its own address (KEYBRAKE_PUBLIC_ADMIN_URL), or a token in the Authorization header.',
  },
  idempotency_key_in_flight: {
    status: '409',
    meaning: 'The first request with this Idempotency-Key is not finished yet.',
    remedy: 'Wait a moment, then repeat the same request with the same key.',
  },
  idempotency_key_reused: {
    status: '422',
    meaning: 'This Idempotency-Key was used for another request.',
    remedy: 'Take a new key for a new request.',
  },
  identity_provider_unavailable: {
    status: '503',
    meaning: 'The identity provider did not answer, so nobody can sign in by it.',
    remedy: 'Try again, sign in with a token, or look at KEYBRAKE_OIDC_ISSUER and the log.',
  },
  internal_error: {
    status: '500',
    meaning: 'Keybrake failed in a way that it should not.',
    remedy: 'The log of the admin API tells why. Report it with that entry.',
  },
  invalid: {
    status: '422',
    meaning: 'The request can be read, but says something that can’t be.',
    remedy: 'Each of `errors` has a JSON pointer to the field, and what is wrong with it.',
  },
  invalid_request: {
    status: '400 or 422',
    meaning: 'The request can’t be read, or a parameter has no possible value.',
    remedy: 'Each of `errors` has a JSON pointer to the field, and what it must be.',
  },
  link_invalid: {
    status: '401',
    meaning: 'The link of a webhook was altered, or its time is over.',
    remedy: 'Sign in to the dashboard, or follow the link of the newest message.',
  },
  method_not_allowed: {
    status: '405',
    meaning: 'There is something at this address, but not with this method.',
    remedy: 'The Allow header names the methods.',
  },
  not_found: {
    status: '404',
    meaning: 'There is nothing like it in your account.',
    remedy: 'Look at the id and at the account that your token is of.',
  },
  not_in_doubt: {
    status: '409',
    meaning: 'Only a call whose outcome nobody knows can be resolved; this one is settled, or still on its way.',
    remedy: 'Read the reservation: its state says what became of it.',
  },
  not_signed_in: {
    status: '401',
    meaning: 'There is no token or session, or it is unknown, expired or revoked.',
    remedy: 'Send "Authorization: Bearer <token>" with a live token, or sign in again.',
  },
  role_too_low: {
    status: '403',
    meaning:
      'Your role may not do this: viewers read, operators also stop keys and settle calls, admins do everything.',
    remedy: 'Ask an admin of the account, or use a token of the role that the detail names.',
  },
  too_many_sign_ins: {
    status: '429',
    meaning: 'Too many requests from this address had no valid token.',
    remedy: 'Wait for Retry-After. A valid token passes at any time.',
  },
  too_many_streams: {
    status: '429',
    meaning: 'This process serves no more live tails, exports or verifications at a time.',
    remedy: 'Try again when one has ended, after Retry-After.',
  },
  unavailable: {
    status: '503',
    meaning: 'A database or store that is needed for this is away; what was asked for is not in force.',
    remedy: 'Repeat the request after Retry-After: that is safe.',
  },
  widening: {
    status: '422',
    meaning: 'A child key would be allowed more than its parent.',
    remedy: 'Each of `errors` names the field that is wider. Narrow it, or issue a key of its own policy.',
  },
} as const satisfies Record<string, { readonly status: string; readonly meaning: string; readonly remedy: string }>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
