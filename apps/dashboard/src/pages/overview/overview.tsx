import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function OverviewPage() {
  return (
    <Page title="Overview">
      <Loading />
    </Page>
  );
}
