import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { BrowserRouter } from 'react-router';
import { ApiProblem } from './api/http.ts';
import { AppRoutes } from './routes.tsx';
import { Toasts } from './ui/toasts.tsx';

const RETRIES_MAX = 2;

/** What the API has decided is not asked again; a network that failed or a 503 is. */
function worthRetrying(failures: number, error: Error): boolean {
  if (error instanceof ApiProblem && error.status < 500) return false;
  return failures < RETRIES_MAX;
}

const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      const ended = error instanceof ApiProblem && error.status === 401 && queryKey[0] !== 'session';
      // Asking who is signed in leads to the sign-in page.
      if (ended) void queryClient.invalidateQueries({ queryKey: ['session'] });
    },
  }),
  defaultOptions: { queries: { retry: worthRetrying, staleTime: 5_000, refetchOnWindowFocus: true } },
});

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <BrowserRouter>
        <AppRoutes />
        <Toasts />
      </BrowserRouter>
    </QueryClientProvider>
  );
}
