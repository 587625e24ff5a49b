import {
  Bell,
  ChartColumn,
  CircleHelp,
  Gauge,
  KeyRound,
  type LucideIcon,
  Rocket,
  ScrollText,
  Search,
  Settings,
  Stamp,
  Waypoints,
} from 'lucide-react';
import { NavLink } from 'react-router';
import styles from './shell.module.css';

interface Item {
  readonly to: string;
  readonly name: string;
  readonly icon: LucideIcon;
}

const GROUPS: readonly { readonly name: string; readonly items: readonly Item[] }[] = [
  {
    name: 'Watch',
    items: [
      { to: '/', name: 'Overview', icon: Gauge },
      { to: '/audit', name: 'Audit', icon: Search },
      { to: '/runs', name: 'Runs', icon: Waypoints },
      { to: '/in-doubt', name: 'In doubt', icon: CircleHelp },
      { to: '/approvals', name: 'Approvals', icon: Stamp },
      { to: '/alerts', name: 'Alerts', icon: Bell },
    ],
  },
  {
    name: 'Govern',
    items: [
      { to: '/keys', name: 'Keys', icon: KeyRound },
      { to: '/policies', name: 'Policies', icon: ScrollText },
    ],
  },
  {
    name: 'Account',
    items: [
      { to: '/spend', name: 'Spend', icon: ChartColumn },
      { to: '/usage', name: 'Usage', icon: Gauge },
      { to: '/onboarding', name: 'Get started', icon: Rocket },
      { to: '/settings', name: 'Settings', icon: Settings },
    ],
  },
];

/** How many calls wait for a person, by the page that has them. */
export type WaitingCounts = Readonly<Record<string, string | undefined>>;

/** What waits is shown beside its page, so that nobody has to go and look. */
export function Navigation({ waiting, onNavigate }: { waiting: WaitingCounts; onNavigate: () => void }) {
  return (
    <nav aria-label="Main" className={styles.nav}>
      {GROUPS.map(({ name, items }) => (
        <div key={name}>
          <p className={styles.group}>{name}</p>
          <ul>
            {items.map(({ to, name: label, icon: Icon }) => (
              <li key={to}>
                <NavLink to={to} end={to === '/'} className={styles.link ?? ''} onClick={onNavigate}>
                  <Icon size={16} aria-hidden="true" />
                  <span>{label}</span>
                  {waiting[to] !== undefined ? (
                    <span className={styles.count}>
                      {waiting[to]}
                      <span className={styles.visuallyHidden}> calls</span>
                    </span>
                  ) : null}
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
