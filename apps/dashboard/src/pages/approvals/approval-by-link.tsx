import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import { Card, Page } from '../../ui/layout.tsx';
import { Loaded, Note } from '../../ui/states.tsx';
import { ApprovalFacts } from './approval-facts.tsx';
import styles from './approvals.module.css';
import { DecisionForm } from './decision-form.tsx';

/** For who has the link of a webhook: the page shows, and a button decides. The link stays in the browser but for that. */
export default function ApprovalByLinkPage({ link }: { link: string }) {
  const queryClient = useQueryClient();
  const queryKey = ['approval-link', link];
  const query = useQuery({ queryKey, queryFn: () => api.approvalOfLink(link), retry: false });
  return (
    <main className={styles.byLink}>
      <Page title="A call waits for you" lead="Keybrake holds its amount until somebody decides.">
        <Loaded query={query}>
          {(approval) => (
            <Card title="What is asked">
              <ApprovalFacts approval={approval} />
              {approval.state === 'waiting' ? (
                <DecisionForm
                  approve={(body) => api.approveByLink({ link, ...body })}
                  deny={(body) => api.denyByLink({ link, ...body })}
                  onDecided={(decided) => queryClient.setQueryData(queryKey, decided)}
                />
              ) : (
                <Note>There is nothing more to decide.</Note>
              )}
            </Card>
          )}
        </Loaded>
      </Page>
    </main>
  );
}
