import { z } from 'zod';
import { id, pageOf } from './answer-parts.js';
import { policyDraftAnswer } from './answers.js';

export const providersAnswer = pageOf(
  z
    .strictObject({
      id,
      operations: z.array(
        z.strictObject({
          id: z.string().meta({ description: 'as a policy names it: charges:write' }),
          class: z
            .enum(['read', 'free', 'money', 'denied'])
            .meta({ description: 'the weightiest of its endpoints; denied: never forwarded' }),
          endpoints: z.array(z.string()),
        }),
      ),
    })
    .meta({ id: 'Provider' }),
  'ProviderPage',
);

export const policyTemplatesAnswer = pageOf(
  z
    .strictObject({
      id,
      description: z.string(),
      provider: z.string(),
      policy: policyDraftAnswer,
    })
    .meta({ id: 'PolicyTemplate' }),
  'PolicyTemplatePage',
);
