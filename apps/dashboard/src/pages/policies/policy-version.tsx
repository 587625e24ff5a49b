import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import { Card } from '../../ui/layout.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/values.tsx';
import { draftOf, toJson } from './draft.ts';
import styles from './policies.module.css';

/** A version as it was when it decided; none ever changes. */
export function PolicyVersion({ policyId, version }: { policyId: string; version: number }) {
  const found = useQuery({
    queryKey: ['policies', policyId, 'version', version],
    queryFn: () => api.policyVersion(policyId, version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Card title={`Version ${version}`} hint={<Time at={found.data?.versionCreatedAt} />}>
      <Loaded query={found}>{(policy) => <pre className={styles.version}>{toJson(draftOf(policy))}</pre>}</Loaded>
    </Card>
  );
}
