import { TextField } from '../../ui/fields.tsx';

export function AgentTypeField({ value, onChange }: { value: string; onChange: (agentType: string) => void }) {
  return (
    <TextField
      label="Agent type"
      hint="What kind of agent it is for, such as billing: letters, digits and . _ - . Spend is shown and capped by it."
      required
      maxLength={63}
      pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
      value={value}
      onChange={onChange}
    />
  );
}
