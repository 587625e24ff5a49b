interface Option {
  readonly value: string;
  readonly label: string;
}

/** A time that was set elsewhere stays as it is. */
export function withOwn(options: readonly Option[], seconds: number): readonly Option[] {
  const value = String(seconds);
  return options.some((option) => option.value === value)
    ? options
    : [...options, { value, label: `${seconds} seconds` }];
}
