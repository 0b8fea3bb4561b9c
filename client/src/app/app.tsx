/** The page as a whole: connection, cache, routes. */
import { Route, Router } from '@solidjs/router';
import { QueryClientProvider } from '@tanstack/solid-query';
import type { JSX } from 'solid-js';
import type { UniCore } from '../sdk/index.ts';
import { createQueries, UniCoreProvider } from './data/index.ts';
import { Layout } from './layout/index.ts';
import { Routes } from './routes.tsx';
import { lazyPage } from './ui/index.ts';

/** xterm and its addons come with this page, and only with it. */
const vm = lazyPage(async () => {
  const { prepareGpu, VmPage } = await import('./terminal/index.ts');
  await prepareGpu();
  return VmPage;
});

export function App(props: { unicore: UniCore }): JSX.Element {
  // Not in the JSX: a call there is made anew at each reading of the property.
  const queries = createQueries();
  return (
    <UniCoreProvider unicore={props.unicore}>
      <QueryClientProvider client={queries}>
        <Router root={Layout}>
          <Routes />
          <Route path="/vm/:vmId" component={vm.Page} preload={vm.preload} />
        </Router>
      </QueryClientProvider>
    </UniCoreProvider>
  );
}
