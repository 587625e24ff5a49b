import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import styles from './shell.module.css';
import { chooseTheme, chosenTheme, THEMES, type Theme } from './theme.ts';

const ICONS = { system: Monitor, light: Sun, dark: Moon };
const NAMES: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: Theme) => {
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <fieldset className={styles.themes}>
      <legend className={styles.visuallyHidden}>Theme</legend>
      {THEMES.map((name) => {
        const Icon = ICONS[name];
        return (
          <label key={name} title={NAMES[name]} className={styles.theme}>
            <input type="radio" name="theme" checked={theme === name} onChange={() => choose(name)} />
            <Icon size={15} aria-hidden="true" />
            <span className={styles.visuallyHidden}>{NAMES[name]}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
