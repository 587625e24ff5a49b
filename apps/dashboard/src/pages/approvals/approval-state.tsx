import type { Approval } from '../../api/types.ts';
import { Badge } from '../../ui/badge.tsx';

const TONES = { waiting: 'warn', approved: 'good', denied: 'bad', expired: 'neutral', used: 'good' } as const;
const WORDS = { waiting: 'waits', approved: 'approved', denied: 'denied', expired: 'expired', used: 'made' } as const;

export const STATE_OPTIONS = Object.entries(WORDS).map(([value, label]) => ({ value, label }));

export const ApprovalState = ({ state }: Pick<Approval, 'state'>) => <Badge tone={TONES[state]}>{WORDS[state]}</Badge>;
