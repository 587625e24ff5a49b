import type { ProviderId } from '@keybrake/domain';
import { providerById, providerRegistry } from '@keybrake/providers';
import { expect, test } from 'vitest';
import { wayIn } from './way-in.js';

const providers = providerRegistry([{ ...providerById('resend'), id: 'my-api2' as ProviderId }]);

test.each<[target: string, host: string | undefined, provider: string | undefined, rest: string]>([
  ['/stripe/v1/charges', '127.0.0.1:4000', 'stripe', '/v1/charges'],
  ['/my-api2/things?a=b', 'gateway', 'my-api2', '/things?a=b'],
  ['/my-api2', 'gateway', undefined, '/my-api2'],
  ['/my-api/things', 'gateway', undefined, '/my-api/things'],
  ['/My-api2/things', 'gateway', undefined, '/My-api2/things'],
  ['/constructor/x', 'gateway', undefined, '/constructor/x'],
  ['/things', 'my-api2.keys.example', 'my-api2', '/things'],
  ['/things', 'my-api2', undefined, '/things'],
  ['/v1/charges', undefined, undefined, '/v1/charges'],
  ['/stripe/v1/charges', 'my-api2.keys.example', 'stripe', '/v1/charges'],
])('%s at %s', (target, host, provider, rest) => {
  expect(wayIn(providers, target, host)).toEqual({ provider, target: rest });
});
