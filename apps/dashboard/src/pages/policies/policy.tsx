import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function PolicyPage() {
  return (
    <Page title="Policy">
      <Loading />
    </Page>
  );
}
