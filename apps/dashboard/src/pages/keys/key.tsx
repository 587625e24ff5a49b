import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function KeyPage() {
  return (
    <Page title="Key">
      <Loading />
    </Page>
  );
}
