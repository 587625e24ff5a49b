import { Page } from '../../ui/layout.tsx';
import { Loading } from '../../ui/states.tsx';

export default function SignInPage() {
  return (
    <Page title="Sign in">
      <Loading />
    </Page>
  );
}
