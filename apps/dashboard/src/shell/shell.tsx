import { useQuery } from '@tanstack/react-query';
import { Menu, X } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { api } from '../api/api.ts';
import type { Page } from '../api/types.ts';
import { useSession } from '../data/session.tsx';
import { AgentText } from '../ui/agent-text.tsx';
import { Button } from '../ui/button.tsx';
import { Loading } from '../ui/states.tsx';
import { Mark } from './brand.tsx';
import { FrozenNotice } from './frozen-notice.tsx';
import { Navigation, type WaitingCounts } from './navigation.tsx';
import { PageBoundary } from './page-boundary.tsx';
import styles from './shell.module.css';
import { ThemeSwitch } from './theme-switch.tsx';

const POLL_MS = 5_000;
const COUNT_MAX = 100;

/** Calls that wait for a person; undefined for none. */
function useCount(name: string, state: string, load: () => Promise<Page<unknown>>): string | undefined {
  const { data } = useQuery({ queryKey: [name, state, 'count'], queryFn: load, refetchInterval: POLL_MS });
  if (data === undefined || data.data.length === 0) return undefined;
  return data.nextCursor === null ? String(data.data.length) : `${COUNT_MAX}+`;
}

function useWaitingCounts(): WaitingCounts {
  return {
    '/in-doubt': useCount('reservations', 'in_doubt', () => api.reservations({ state: 'in_doubt', limit: COUNT_MAX })),
    '/approvals': useCount('approvals', 'waiting', () => api.approvals({ state: 'waiting', limit: COUNT_MAX })),
  };
}

/** A new page starts at its top, and a screen reader at its title. */
function useFocusOnNavigation() {
  const { pathname } = useLocation();
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what this is about
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [pathname]);
}

export function Shell() {
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  const session = useSession();
  const waiting = useWaitingCounts();
  useFocusOnNavigation();
  const Icon = open ? X : Menu;
  return (
    <>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <div className={styles.frame}>
        <header className={styles.top}>
          <Link to="/" className={styles.brand ?? ''}>
            <Mark /> Keybrake
          </Link>
          <Button small aria-expanded={open} aria-controls="side" onClick={() => setOpen(!open)}>
            <Icon size={16} aria-hidden="true" /> Menu
          </Button>
        </header>
        <aside className={styles.side} id="side" data-open={open} aria-label="Navigation">
          <Link to="/" className={styles.brand ?? ''}>
            <Mark /> Keybrake
          </Link>
          <Navigation waiting={waiting} onNavigate={() => setOpen(false)} />
          <div className={styles.who}>
            <div>
              <div className={styles.whoName}>
                <AgentText>{session.name}</AgentText>
              </div>
              <div className={styles.whoRole}>{session.role}</div>
            </div>
            <ThemeSwitch />
          </div>
        </aside>
        <div>
          <FrozenNotice />
          <main className={styles.main} id="main" tabIndex={-1}>
            <div className={styles.inner}>
              <PageBoundary key={pathname}>
                <Suspense fallback={<Loading />}>
                  <Outlet />
                </Suspense>
              </PageBoundary>
            </div>
          </main>
        </div>
      </div>
    </>
  );
}
