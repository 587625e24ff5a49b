import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Routes, useLocation } from 'react-router';
import { SignedIn } from './shell/signed-in.tsx';
import { Loading, NotFound } from './ui/states.tsx';

type Page<Props> = Promise<{ default: ComponentType<Props> }>;
const page = <Props,>(load: () => Page<Props>) => lazy(load);

// Each page is a chunk of its own.
const SignIn = page(() => import('./pages/sign-in/sign-in.tsx'));
const Overview = page(() => import('./pages/overview/overview.tsx'));
const Keys = page(() => import('./pages/keys/keys.tsx'));
const Key = page(() => import('./pages/keys/key.tsx'));
const Policies = page(() => import('./pages/policies/policies.tsx'));
const NewPolicy = page(() => import('./pages/policies/new-policy.tsx'));
const Policy = page(() => import('./pages/policies/policy.tsx'));
const Audit = page(() => import('./pages/audit/audit.tsx'));
const Call = page(() => import('./pages/calls/call.tsx'));
const Runs = page(() => import('./pages/runs/runs.tsx'));
const Run = page(() => import('./pages/runs/run.tsx'));
const InDoubt = page(() => import('./pages/in-doubt/in-doubt.tsx'));
const Approvals = page(() => import('./pages/approvals/approvals.tsx'));
const Approval = page(() => import('./pages/approvals/approval.tsx'));
const ApprovalByLink = page(() => import('./pages/approvals/approval-by-link.tsx'));
const Alerts = page(() => import('./pages/alerts/alerts.tsx'));
const Spend = page(() => import('./pages/spend/spend.tsx'));
const Usage = page(() => import('./pages/usage/usage.tsx'));
const Onboarding = page(() => import('./pages/onboarding/onboarding.tsx'));
const Settings = page(() => import('./pages/settings/settings.tsx'));

/** `#<account>.apr_….<expiry>.<signature>`: other fragments are places of the page. */
const SIGNED_LINK = /^#[a-z0-9-]+\.apr_/;

/** Who comes by the signed link of a webhook need not sign in. */
function LinkOrSignedIn() {
  const { hash } = useLocation();
  if (!SIGNED_LINK.test(hash)) return <SignedIn />;
  return (
    <Suspense fallback={<Loading />}>
      <ApprovalByLink link={hash.slice(1)} />
    </Suspense>
  );
}

export function AppRoutes() {
  return (
    <Routes>
      <Route path="/sign-in" element={<SignIn />} />
      <Route element={<LinkOrSignedIn />}>
        <Route path="/approvals/:id" element={<Approval />} />
      </Route>
      <Route element={<SignedIn />}>
        <Route index element={<Overview />} />
        <Route path="/keys" element={<Keys />} />
        <Route path="/keys/:id" element={<Key />} />
        <Route path="/policies" element={<Policies />} />
        <Route path="/policies/new" element={<NewPolicy />} />
        <Route path="/policies/:id" element={<Policy />} />
        <Route path="/audit" element={<Audit />} />
        <Route path="/calls/:id" element={<Call />} />
        <Route path="/runs" element={<Runs />} />
        <Route path="/runs/:runId" element={<Run />} />
        <Route path="/in-doubt" element={<InDoubt />} />
        <Route path="/approvals" element={<Approvals />} />
        <Route path="/alerts" element={<Alerts />} />
        <Route path="/spend" element={<Spend />} />
        <Route path="/usage" element={<Usage />} />
        <Route path="/onboarding" element={<Onboarding />} />
        <Route path="/settings" element={<Settings />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
