import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import { CheckField, SelectField, TextArea, TextField } from '../../ui/fields.tsx';
import { Card, Stack } from '../../ui/layout.tsx';
import { Loaded, Note } from '../../ui/states.tsx';
import { ApprovalFields } from './approval-fields.tsx';
import { CapsField } from './caps-field.tsx';
import { DuplicateGuardFields } from './duplicate-guard-fields.tsx';
import { type PartProps, PerCallFields, QuotaFields, UnpricedFields } from './limits-fields.tsx';
import { OperationsField } from './operations-field.tsx';
import styles from './policies.module.css';

const TIME_ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];
const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

export function PolicyForm({ draft, onChange, isNew }: PartProps & { isNew: boolean }) {
  const providers = useQuery({ queryKey: ['providers'], queryFn: api.providers, staleTime: Number.POSITIVE_INFINITY });
  return (
    <Loaded query={providers}>
      {({ data }) => {
        const provider = data.find(({ id }) => id === draft.provider);
        return (
          <>
            <Card title="Policy">
              <div className={styles.fields}>
                <TextField
                  label="Name"
                  required
                  maxLength={200}
                  value={draft.name}
                  onChange={(name) => onChange({ name })}
                />
                <SelectField
                  label="Provider"
                  value={draft.provider}
                  disabled={!isNew}
                  hint={isNew ? undefined : 'A policy stays with its provider.'}
                  onChange={(id) => onChange({ provider: id, allowedOperations: [] })}
                  options={[...new Set([draft.provider, ...data.map(({ id }) => id)])].map((id) => ({
                    value: id,
                    label: id,
                  }))}
                />
                <SelectField
                  label="What it refuses"
                  value={draft.mode}
                  onChange={(mode) => onChange({ mode: mode === 'shadow' ? 'shadow' : 'enforce' })}
                  options={[
                    { value: 'enforce', label: 'is refused' },
                    { value: 'shadow', label: 'goes through and is marked in the audit: shadow' },
                  ]}
                />
              </div>
            </Card>
            <Card title="Operations" hint="what its keys may call">
              {provider === undefined ? (
                <Note warning>This Keybrake knows no provider of this name.</Note>
              ) : (
                <OperationsField
                  key={provider.id}
                  provider={provider}
                  patterns={draft.allowedOperations}
                  onChange={(patterns) => onChange({ allowedOperations: [...patterns] })}
                />
              )}
            </Card>
            <Card title="Caps" hint="a currency without a cap is denied">
              <CapsField caps={draft.caps} onChange={(caps) => onChange({ caps: [...caps] })} />
            </Card>
            <Card title="Single calls and quotas">
              <Stack>
                <PerCallFields draft={draft} onChange={onChange} />
                <QuotaFields draft={draft} onChange={onChange} />
                <UnpricedFields draft={draft} onChange={onChange} />
              </Stack>
            </Card>
            <Card title="Approvals" hint="who agrees before money moves">
              <ApprovalFields draft={draft} onChange={onChange} />
            </Card>
            <Card title="Rules">
              <Rules draft={draft} onChange={onChange} />
            </Card>
          </>
        );
      }}
    </Loaded>
  );
}

function Rules({ draft, onChange }: PartProps) {
  return (
    <Stack>
      <CheckField
        label="Every call must name its run"
        hint="Keybrake-Run-Id, a key for the run, or vk_….RUN_ID"
        checked={draft.requireRunId}
        onChange={(requireRunId) => onChange({ requireRunId })}
      />
      <CheckField
        label="Every write must have an idempotency key"
        hint="Without one a retry can’t be told from a second charge."
        checked={draft.requireIdempotencyKey}
        onChange={(requireIdempotencyKey) => onChange({ requireIdempotencyKey })}
      />
      <DuplicateGuardFields draft={draft} onChange={onChange} />
      <div className={styles.fields}>
        <SelectField
          label="Time zone"
          hint="When its day and month begin."
          value={draft.timeZone}
          onChange={(timeZone) => onChange({ timeZone })}
          options={[...new Set([draft.timeZone, ...TIME_ZONES])].map((zone) => ({ value: zone, label: zone }))}
        />
        <SelectField
          label="Currencies without a cap"
          value={draft.otherCurrencies}
          onChange={(choice) => onChange({ otherCurrencies: choice === 'convert' ? 'convert' : 'deny' })}
          options={[
            { value: 'deny', label: 'are denied' },
            { value: 'convert', label: 'are converted, at the rates of the price list' },
          ]}
        />
      </div>
      <TextArea
        label="Connected accounts"
        hint="For whom calls may act: own, or an account such as acct_123, one a line. Empty: only the credential’s own."
        code
        rows={2}
        value={draft.connectedAccounts.join('\n')}
        onChange={(text) => onChange({ connectedAccounts: lines(text) })}
      />
    </Stack>
  );
}
