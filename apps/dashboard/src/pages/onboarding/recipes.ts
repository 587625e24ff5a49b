// The tested recipes themselves: what this page shows can't differ from what the SDK tests run.
import page from '../../../../../docs/sdks.md?raw';

export const LANGUAGES = ['node', 'python', 'go', 'curl'] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_NAMES: Record<Language, string> = { node: 'Node', python: 'Python', go: 'Go', curl: 'curl' };

export type RecipeProvider = 'stripe' | 'twilio' | 'resend';
const PROVIDER_NAMES: Record<RecipeProvider, string> = { stripe: 'Stripe', twilio: 'Twilio', resend: 'Resend' };
export const hasRecipe = (provider: string): provider is RecipeProvider => provider in PROVIDER_NAMES;

/** The code below `### Stripe for Node`. */
export function recipeOf(provider: RecipeProvider, language: Exclude<Language, 'curl'>): string {
  const heading = `\n### ${PROVIDER_NAMES[provider]} for ${LANGUAGE_NAMES[language]}\n`;
  const [, section = ''] = page.split(heading, 2);
  const [, code] = /```\w+\n(.*?)\n```/s.exec(section) ?? [];
  if (code === undefined) throw new Error(`docs/sdks.md has no recipe of ${provider} for ${language}`);
  return code;
}

/** The tested version of an SDK by the table of the page: `84.4.1` for `stripe-go`. */
export function testedVersion(sdk: string): string {
  return new RegExp(`^\\| \\[${sdk}\\]\\(#.*?\\) \\| ([\\d.]+) \\|`, 'm').exec(page)?.[1] ?? '';
}
