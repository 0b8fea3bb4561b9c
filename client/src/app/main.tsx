/** Entry point of the web app. It connects to the hub that served the page. */
import { render } from 'solid-js/web';
import { createUniCore } from '../sdk/index.ts';
import { App } from './app.tsx';
import './styles.css';

const unicore = createUniCore({ url: location.origin });
// Closes all channels when the page is closed. Otherwise the channels would stay open for two minutes, and
// terminals would keep the size of this window.
addEventListener('pagehide', ({ persisted }) => persisted || unicore.close());
render(() => <App unicore={unicore} />, document.getElementById('app')!);
