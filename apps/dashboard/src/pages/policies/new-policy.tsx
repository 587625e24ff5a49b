import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function NewPolicyPage() {
  return (
    <Page title="New policy">
      <Loading />
    </Page>
  );
}
