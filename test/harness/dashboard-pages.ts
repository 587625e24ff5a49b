import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BusyAccount } from './busy-account.ts';

const routes = fileURLToPath(new URL('../../apps/dashboard/src/routes.tsx', import.meta.url));

/** Every page of the dashboard behind the sign-in, with something on it. Throws for a route that it has no address for. */
export function dashboardPages({ runId, callId, keyId, policyId, approvalId }: BusyAccount): readonly string[] {
  const parameters: Readonly<Record<string, string>> = {
    '/keys/:id': `/keys/${keyId}`,
    '/policies/:id': `/policies/${policyId}?version=1`,
    '/approvals/:id': `/approvals/${approvalId}`,
    '/calls/:id': `/calls/${callId}`,
    '/runs/:runId': `/runs/${encodeURIComponent(runId)}`,
  };
  const paths = [...readFileSync(routes, 'utf8').matchAll(/path="([^"]+)"/g)].map(([, path = '']) => path);
  if (paths.length < 15) throw new Error(`routes.tsx names only ${paths.length} paths`);
  const shown = paths.filter((path) => path !== '/sign-in' && path !== '*');
  return [
    '/',
    ...shown.map((path) => {
      const address = path.includes(':') ? parameters[path] : path;
      if (address === undefined) throw new Error(`no address for ${path}: add it here`);
      return address;
    }),
    '/nothing-here',
  ];
}
