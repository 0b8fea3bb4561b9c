/** Entry point of the web app. It connects to the hub that served the page. */
import { render } from 'solid-js/web';
import { createUniCore, readShareLink } from '../sdk/index.ts';
import { App } from './app.tsx';
import { Guest } from './guest.tsx';
import './styles.css';

/** Address of the page that a share link of a desktop leads to. */
const SHARED = '/desktop/shared';

const isGuest = location.pathname === SHARED;
const share = isGuest ? readShareLink(location.href) : undefined;
const unicore = createUniCore({ url: location.origin, ...(share && { share }) });
// Closes all channels when the page is closed. Otherwise the channels would stay open for two minutes, and
// terminals would keep the size of this window.
addEventListener('pagehide', ({ persisted }) => persisted || unicore.close());
render(
  () => (isGuest ? <Guest unicore={unicore} share={share} /> : <App unicore={unicore} />),
  document.getElementById('app')!,
);
