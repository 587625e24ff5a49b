import { useEffect, useEffectEvent, useState } from 'react';
import { TextField, type TextFieldProps } from './fields.tsx';

const TYPING_PAUSE_MS = 250;

/** A text field that tells of its text when the typing pauses; for searches. */
export function PausedField({ value, onChange, ...rest }: TextFieldProps) {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  // Changed by somebody else: a filter that was cleared, or the address.
  if (value !== told) {
    setTold(value);
    setText(value);
  }
  const tell = useEffectEvent(onChange);
  useEffect(() => {
    if (text === told) return undefined;
    const timer = setTimeout(() => {
      setTold(text);
      tell(text);
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, told]);
  return <TextField {...rest} value={text} onChange={setText} />;
}
