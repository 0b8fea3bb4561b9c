/** Dark or light: the system's wish until somebody chooses. public/theme.js applies the same rule before the first paint. */
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
// Another tab of the same browser chose.
window.addEventListener('storage', (event) => event.key === KEY && apply());
apply();

/** undefined: follow the system again. */
export function chooseTheme(choice: Theme | undefined): void {
  if (choice) localStorage.setItem(KEY, choice);
  else localStorage.removeItem(KEY);
  apply();
}

export function toggleTheme(): void {
  chooseTheme(theme() === 'dark' ? 'light' : 'dark');
}
