// Runs before the first paint, so that the page never flashes in the wrong theme. The choice is kept by src/app/base/theme.ts.
{
  const chosen = localStorage.getItem('unicore.theme');
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
