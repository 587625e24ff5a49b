import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function AuditPage() {
  return (
    <Page title="Audit">
      <Loading />
    </Page>
  );
}
