/** Entry of the web app: connects to the hub that served it. */
import { render } from 'solid-js/web';
import { createUniCore } from '../sdk/index.ts';
import { App } from './app.tsx';
import './styles.css';

const unicore = createUniCore({ url: location.origin });
// Said, not left to be found out: a window that only vanished is waited for, and its size goes on counting meanwhile.
addEventListener('pagehide', ({ persisted }) => persisted || unicore.close());
render(() => <App unicore={unicore} />, document.getElementById('app')!);
