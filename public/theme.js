// Runs before the first paint, so that the page never flashes in the wrong theme.
(function () {
  var theme = 'system';
  try { theme = localStorage.getItem('tabernetes.theme') || 'system'; } catch (error) { theme = 'system'; }
  if (theme === 'system') {
    theme = matchMedia('(prefers-contrast: more)').matches ? 'contrast' : matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  }
  document.documentElement.dataset.theme = theme;
})();
