/** Entry of the web app. It connects to the hub that served the page. */
import { render } from 'solid-js/web';
import { createUniCore } from '../sdk/index.ts';
import { App } from './app.tsx';
import './styles.css';

const unicore = createUniCore({ url: location.origin });
// Tells the hub that this window closes. Otherwise its channels would stay, and its size remain in force, for two
// minutes.
addEventListener('pagehide', ({ persisted }) => persisted || unicore.close());
render(() => <App unicore={unicore} />, document.getElementById('app')!);
