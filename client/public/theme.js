// Sets the theme before the first paint, so that the page never flashes in the wrong one. src/app/base/theme.ts stores the choice.
{
  const chosen = localStorage.getItem('unicore.theme');
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
