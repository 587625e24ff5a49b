import { TOKEN_ROLES } from '@keybrake/application';
import { z } from 'zod';
import { id, time } from './answer-parts.js';

export const sessionBody = z.strictObject({ token: z.string().min(1).max(200) });
export type SessionBody = z.infer<typeof sessionBody>;

export const sessionAnswer = z
  .strictObject({
    accountId: id,
    role: z.enum(TOKEN_ROLES),
    name: z.string().meta({ description: 'of the token, or of the person' }),
    expiresAt: time.nullable(),
  })
  .meta({ id: 'Session' });

export const signInMethodsAnswer = z
  .strictObject({
    token: z.literal(true),
    oidc: z
      .strictObject({ name: z.string(), startUrl: z.string() })
      .nullable()
      .meta({ description: 'sign-in with an identity provider; null: there is none' }),
  })
  .meta({ id: 'SignInMethods' });
