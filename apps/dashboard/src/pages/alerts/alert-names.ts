import type { Alert } from '../../api/types.ts';

export const ALERT_NAMES: Readonly<Record<Alert['type'], string>> = {
  'budget.threshold': 'cap used',
  'budget.forecast': 'forecast',
  'key.revoked': 'key stopped',
  'approval.requested': 'approval',
  'call.in_doubt': 'in doubt',
  'call.duplicate': 'repeated call',
  'call.anomaly': 'anomaly',
  'webhook.test': 'test',
};

export const ALERT_OPTIONS = Object.entries(ALERT_NAMES)
  .filter(([value]) => value !== 'webhook.test')
  .map(([value, label]) => ({ value, label }));
