export type Theme = 'system' | 'light' | 'dark';

const STORED_AS = 'keybrake-theme';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** Follows the system unless somebody chose otherwise in this browser. */
export function chosenTheme(): Theme {
  const stored = localStorage.getItem(STORED_AS);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(STORED_AS);
  else localStorage.setItem(STORED_AS, theme);
  applyTheme(theme);
}
