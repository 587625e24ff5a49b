import { LinkButton } from '../../ui/button.tsx';
import { Card, Hint, Stack } from '../../ui/layout.tsx';

/** For an account without a key: the way to the first governed call. */
export function StartHere() {
  return (
    <Card title="Your first governed call">
      <Stack>
        <Hint>
          Add a real key, choose a policy, issue a vault key and point your SDK at Keybrake: four short steps.
        </Hint>
        <div>
          <LinkButton look="primary" to="/onboarding">
            Get started
          </LinkButton>
        </div>
      </Stack>
    </Card>
  );
}
