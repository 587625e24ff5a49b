import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function InDoubtPage() {
  return (
    <Page title="In doubt">
      <Loading />
    </Page>
  );
}
