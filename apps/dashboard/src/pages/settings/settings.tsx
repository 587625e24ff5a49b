import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function SettingsPage() {
  return (
    <Page title="Settings">
      <Loading />
    </Page>
  );
}
