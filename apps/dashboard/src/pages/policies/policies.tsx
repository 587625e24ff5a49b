import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function PoliciesPage() {
  return (
    <Page title="Policies">
      <Loading />
    </Page>
  );
}
