import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function SpendPage() {
  return (
    <Page title="Spend">
      <Loading />
    </Page>
  );
}
