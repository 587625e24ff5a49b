import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function UsagePage() {
  return (
    <Page title="Usage">
      <Loading />
    </Page>
  );
}
