/** Stripe's nested form names, read leniently: `metadata[k]`, `items[0][price]`. The last of equal names wins. */
export type FormValue = string | { [name: string]: FormValue };
export type Form = { [name: string]: FormValue };

export function parseStripeForm(body: string): Form {
  const form: Form = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== '');
    put(form, path, value);
  }
  return form;
}

function put(form: Form, [first, ...rest]: string[], value: string): void {
  if (first === undefined) return;
  if (rest.length === 0) {
    form[first] = value;
    return;
  }
  const inner = form[first];
  const nested: Form = typeof inner === 'object' ? inner : {};
  form[first] = nested;
  put(nested, rest, value);
}

export function text(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' ? value : undefined;
}

/** An amount as this provider reads it: an integer, or undefined. */
export function integer(form: Form, name: string): number | undefined {
  const value = text(form, name);
  return value !== undefined && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

/** Flat text members, such as metadata. */
export function textMap(form: Form, name: string): Record<string, string> {
  const value = form[name];
  if (typeof value !== 'object') return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
