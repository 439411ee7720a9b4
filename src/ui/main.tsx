/** The page begins here. */
import { createRoot } from 'react-dom/client';
import './base.css';
import { Root } from './frame/root.tsx';
import { resolveTheme, useUi } from './ui-state.ts';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');

matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => {
  const { theme } = useUi.getState();
  if (theme === 'system') document.documentElement.dataset['theme'] = resolveTheme(theme);
});

createRoot(root).render(<Root />);
