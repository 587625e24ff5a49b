import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function RunPage() {
  return (
    <Page title="Run">
      <Loading />
    </Page>
  );
}
