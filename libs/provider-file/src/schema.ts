import { parseCurrency, parseProviderId } from '@keybrake/domain';
import { z } from 'zod';
import { microsFromDecimal } from './exact-numbers.js';
import { compile, type Expression, type ResultType, type Scope } from './expression.js';
import { isForbiddenRequestHeader, isForbiddenResponseHeader } from './forbidden-headers.js';
import { templateProblem } from './refusal-template.js';

/** What to say of a value that has none of the known forms. */
const oneOf = (forms: string) => ({
  error: ({ code, input }: z.core.$ZodRawIssue) =>
    code === 'invalid_union' ? `${input === undefined ? 'is missing: write' : 'must be'} ${forms}` : undefined,
});

/** An object of these members and no others. */
export function members<T extends z.ZodRawShape>(shape: T) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `is not known here; the members are ${known}` : undefined),
  });
}

const text = (rule: string, holds: (value: string) => boolean) => z.string().refine(holds, rule);
const pattern = (regex: RegExp, rule: string) => text(rule, (value) => regex.test(value));

const headerName = pattern(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header').transform((name) =>
  name.toLowerCase(),
);
const requestHeader = headerName.refine(
  (name) => !isForbiddenRequestHeader(name),
  'is a header that is never passed on',
);
const responseHeader = headerName.refine(
  (name) => !isForbiddenResponseHeader(name),
  'is a header that is never passed back',
);
const status = z.number().int().min(200).max(599);
const failure = z.number().int().min(300).max(599);
const clause = z.string().min(1).max(300);

const isBaseUrl = (value: string) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url?.protocol === 'https:' && `${url.origin}${url.pathname}`.replace(/\/$/, '') === value;
};

const isRegex = (value: string) => {
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

const credential = z.discriminatedUnion(
  'in',
  [
    members({ in: z.literal('bearer') }),
    members({ in: z.literal('basic'), user: z.enum(['secret', 'account']), password: z.enum(['secret', 'empty']) }),
    members({
      in: z.literal('header'),
      header: headerName.refine(
        (name) => name === 'authorization' || !isForbiddenRequestHeader(name),
        'is no header for a key',
      ),
      value: text(
        'must hold {secret} once',
        (value) => value.split('{secret}').length === 2 && /^[\x20-\x7e]*$/.test(value),
      ),
    }),
  ],
  oneOf('bearer, basic or header'),
);

/** What is said of a provider, but for its operations, which are read one by one. */
export const providerSchema = members({
  id: text(
    'must be 1 to 31 lower-case letters, digits and dashes, such as shippo',
    (id) => parseProviderId(id) !== undefined,
  ),
  baseUrl: text('must be an https address without query or slash at its end', isBaseUrl),
  trailingSlash: z.enum(['refused', 'dropped', 'sent']).default('refused'),
  credential,
  account: members({
    pattern: text('must be a regular expression', isRegex),
    hint: z.string().min(1).max(200),
    inPath: z.string().optional(),
  }).optional(),
  idempotency: z.union(
    [
      z.literal('none'),
      members({
        header: headerName.refine((name) => !isForbiddenRequestHeader(name), 'is no header for an idempotency key'),
        windowHours: z.number().int().min(2).max(8_760),
        keyMaxLength: z.number().int().min(43).max(1_000).default(255),
      }),
    ],
    oneOf('none, or an object of header and windowHours'),
  ),
  requestHeaders: z.array(requestHeader).max(50).default([]),
  responseHeaders: z.array(responseHeader).max(50).default([]),
  requestIdHeader: headerName.optional(),
  statuses: members({
    executed: z.array(status).default([]),
    refused: z.array(failure).default([]),
    notExecuted: z.array(failure).default([]),
    unknown: z.array(status).default([]),
  }).prefault({}),
  errors: members({
    contentType: pattern(
      /^application\/(?:[a-z0-9.-]+\+)?json$/,
      'must be application/json or application/…+json',
    ).default('application/json'),
    idempotencyMismatch: z.number().int().min(400).max(499).default(409),
    body: z.record(z.string(), z.json()).superRefine((body, context) => {
      const message = templateProblem(body);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  }),
  prices: z
    .record(
      pattern(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must be a name of letters, digits and _'),
      z
        .string('must be a text in quotes, such as "0.05", so that no reader takes it for a binary fraction')
        .transform((value, context) => {
          const micros = microsFromDecimal(value);
          if (micros === undefined) context.addIssue('must be a decimal such as "0.05", with 6 places at most');
          return micros ?? z.NEVER;
        }),
    )
    .default({}),
  operations: z.array(z.unknown()).min(1).max(2_000),
});
export type DescribedProvider = z.infer<typeof providerSchema>;

const CALL =
  /^(GET|POST|PUT|PATCH|DELETE) (\/(?:[A-Za-z0-9_.~-]+|\{\w+\}[A-Za-z0-9_.~-]*)(?:\/(?:[A-Za-z0-9_.~-]+|\{\w+\}[A-Za-z0-9_.~-]*))*)$/;
const call = text(
  'must be a method and a path template without a slash at its end, such as POST /v1/charges/{id}',
  (value) => {
    const names = [...value.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    return CALL.test(value) && new Set(names).size === names.length;
  },
);
export const idsOf = (template: string) => [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);

function expression<T extends ResultType>(wanted: T, scope: Scope) {
  // An integer of YAML is an expression too.
  const source = z.preprocess((value) => (Number.isSafeInteger(value) ? String(value) : value), z.string());
  return source.transform((text, context): Expression<T> => {
    const compiled = compile(text, wanted, scope);
    if (!('problem' in compiled)) return compiled;
    const { message, at } = compiled.problem;
    context.addIssue({ code: 'custom', message, params: { at } });
    return z.NEVER;
  });
}

/** One operation. Its expressions are compiled on the way: they may name what its call and the file's prices have. */
export function operationSchema(callText: string, prices: Scope['prices'], looksUp: boolean) {
  const ids = idsOf(callText);
  const before: Scope = { variables: ['body'], ids, prices };
  const amount = (scope: Scope) => ({
    micros: expression('int', scope).optional(),
    minor: expression('int', scope).optional(),
    currency: text('is not a known currency', (code) => parseCurrency(code) !== undefined).optional(),
    currencyFrom: expression('string', scope).optional(),
  });
  const name = {
    call,
    resource: pattern(/^[a-z0-9_.]{1,100}$/, 'must be lower-case letters, digits, _ and dots'),
    action: pattern(/^[a-z0-9_]{1,50}$/, 'must be lower-case letters, digits and _').optional(),
  };
  const body = { body: z.enum(['form', 'json']).optional(), fields: z.array(z.string().min(1)).max(500).optional() };
  const price = members(amount({ ...before, variables: looksUp ? ['body', 'answer'] : ['body'] }));
  const actual = members(amount({ variables: ['answer', 'reserved'], ids: [], prices }));
  return z.discriminatedUnion(
    'class',
    [
      members({ ...name, class: z.literal('read') }),
      members({ ...name, ...body, class: z.literal('free') }),
      members({ ...name, class: z.literal('denied'), reason: clause }),
      members({
        ...name,
        ...body,
        class: z.literal('money'),
        direction: z.enum(['in', 'out']),
        unpriced: z
          .union([clause, z.array(members({ when: expression('bool', before), reason: clause })).max(50)])
          .default([]),
        lookUp: members({ call, ids: z.record(z.string(), expression('string', before)) }).optional(),
        price: price.optional(),
        actual: actual.optional(),
      }),
    ],
    oneOf('read, free, money or denied'),
  );
}
export type DescribedOperation = z.infer<ReturnType<typeof operationSchema>>;
export type DescribedMoney = Extract<DescribedOperation, { class: 'money' }>;
export type DescribedAmount = NonNullable<DescribedMoney['price']>;
