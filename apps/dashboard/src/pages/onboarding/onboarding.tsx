import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function OnboardingPage() {
  return (
    <Page title="Get started">
      <Loading />
    </Page>
  );
}
