import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function KeysPage() {
  return (
    <Page title="Keys">
      <Loading />
    </Page>
  );
}
