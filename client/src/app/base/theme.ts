/**
 * The dark or light theme. The page follows the system's setting until the user chooses a theme.
 * public/theme.js applies the theme before the first paint.
 */
import { createRoot, createSignal } from 'solid-js';

const KEY = 'unicore.theme';
export type Theme = 'dark' | 'light';

const system = window.matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | undefined {
  const value = localStorage.getItem(KEY);
  return value === 'dark' || value === 'light' ? value : undefined;
}

function inForce(): Theme {
  return chosen() ?? (system.matches ? 'dark' : 'light');
}

const [theme, setTheme] = createRoot(() => createSignal<Theme>(inForce()));

export { theme };

function apply(): void {
  setTheme(inForce());
  document.documentElement.dataset.theme = theme();
}

system.addEventListener('change', apply);
// Runs when the user has chosen a theme in another tab.
window.addEventListener('storage', (event) => event.key === KEY && apply());
apply();

/** Stores the theme that the user chose. With undefined, the page follows the system's setting again. */
export function chooseTheme(choice: Theme | undefined): void {
  if (choice) localStorage.setItem(KEY, choice);
  else localStorage.removeItem(KEY);
  apply();
}

export function toggleTheme(): void {
  chooseTheme(theme() === 'dark' ? 'light' : 'dark');
}
