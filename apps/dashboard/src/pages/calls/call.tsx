import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function CallPage() {
  return (
    <Page title="Call">
      <Loading />
    </Page>
  );
}
