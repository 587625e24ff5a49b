import { z } from 'zod';

export const installationAnswer = z
  .strictObject({
    gatewayUrl: z.string().meta({ description: 'where agents reach the gateway' }),
    version: z.string(),
    currencies: z.record(z.string(), z.int().nonnegative()).meta({
      description: 'digits after the point of one major unit, by code: providers do not all keep to ISO 4217',
    }),
  })
  .meta({ id: 'Installation' });
