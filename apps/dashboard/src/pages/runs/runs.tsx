import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function RunsPage() {
  return (
    <Page title="Runs">
      <Loading />
    </Page>
  );
}
