/** The root component of the page. It provides the hub connection, the query cache and the routes. */
import { Route, Router } from '@solidjs/router';
import { QueryClientProvider } from '@tanstack/solid-query';
import type { JSX } from 'solid-js';
import type { UniCore } from '../sdk/index.ts';
import { createQueries, UniCoreProvider } from './data/index.ts';
import { Layout } from './layout/index.ts';
import { Routes } from './routes.tsx';
import { lazyPage } from './ui/index.ts';

/** The page of a machine is loaded only when it is needed, because xterm and its addons are large. */
const vm = lazyPage(async () => {
  const { prepareGpu, VmPage } = await import('./terminal/index.ts');
  await prepareGpu();
  return VmPage;
});

/** The page of the desktop is loaded only when it is needed. noVNC, which is larger, follows it. */
const desktop = lazyPage(async () => (await import('./desktop/index.ts')).DesktopPage);

export function App(props: { unicore: UniCore }): JSX.Element {
  // The query cache is created outside the JSX. Inside, Solid would create a new cache each time that it
  // reads the property.
  const queries = createQueries();
  return (
    <UniCoreProvider unicore={props.unicore}>
      <QueryClientProvider client={queries}>
        <Router root={Layout}>
          <Routes />
          <Route path="/vm/:vmId" component={vm.Page} preload={vm.preload} />
          <Route path="/desktop" component={desktop.Page} preload={desktop.preload} />
        </Router>
      </QueryClientProvider>
    </UniCoreProvider>
  );
}
