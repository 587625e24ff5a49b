import { describeRefusal, type Refusal } from '@keybrake/domain';
import {
  docsPath,
  type RenderedRefusal,
  refusalDetails,
  refusalHeaders,
  refusalStatus,
  shownCode,
} from '@keybrake/providers';

/** JSON in which texts hold placeholders. A text that is only one becomes its value: a number, or an object. */
export type Template = string | number | boolean | null | readonly Template[] | { readonly [name: string]: Template };

const NAMES = ['status', 'code', 'message', 'param', 'docs', 'details'] as const;
const PLACEHOLDER = /\{([a-zA-Z_]+)\}/g;

/** What is wrong with a template, or undefined. */
export function templateProblem(template: Template): string | undefined {
  const used = new Set(placeholdersIn(template));
  const unknown = [...used].find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown !== undefined)
    return `{${unknown}} is no placeholder; there are ${NAMES.map((name) => `{${name}}`).join(', ')}`;
  return used.has('message') ? undefined : 'must hold {message}, which says what to do';
}

function placeholdersIn(template: Template): readonly string[] {
  if (typeof template === 'string') return [...template.matchAll(PLACEHOLDER)].map(([, name]) => name as string);
  return typeof template === 'object' && template !== null ? Object.values(template).flatMap(placeholdersIn) : [];
}

/** Renders refusals in the shape of a provider's own errors. */
export function refusalRenderer(errors: {
  readonly body: Template;
  readonly contentType: string;
  readonly idempotencyMismatch: number;
}): (refusal: Refusal) => RenderedRefusal {
  return (refusal) => {
    const status = refusalStatus(refusal.code, errors.idempotencyMismatch);
    const values: Record<(typeof NAMES)[number], Template> = {
      status,
      code: shownCode(refusal.code),
      message: describeRefusal(refusal),
      param: refusal.code === 'invalid_request' ? (refusal.param ?? null) : null,
      docs: docsPath(refusal.code),
      details: refusalDetails(refusal),
    };
    return {
      status,
      headers: { ...refusalHeaders(refusal), 'content-type': errors.contentType },
      body: JSON.stringify(filled(errors.body, values)),
    };
  };
}

function filled(template: Template, values: Readonly<Record<string, Template>>): Template {
  if (typeof template === 'string') return filledText(template, values);
  if (typeof template !== 'object' || template === null) return template;
  if (Array.isArray(template)) return template.map((item: Template) => filled(item, values));
  return Object.fromEntries(Object.entries(template).map(([name, part]) => [name, filled(part, values)]));
}

function filledText(text: string, values: Readonly<Record<string, Template>>): Template {
  const [, only] = /^\{([a-zA-Z_]+)\}$/.exec(text) ?? [];
  if (only !== undefined) return values[only] ?? null;
  return text.replace(PLACEHOLDER, (_, name: string) => {
    const value = values[name] ?? '';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}
