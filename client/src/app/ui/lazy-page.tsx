/**
 * A page whose code is loaded when the page is first shown. Solid's lazy() is not used because it needs
 * <Suspense>. <Suspense> hides the page during each query, so the keyboard focus is lost.
 */
import { type Component, createSignal, type JSX, Match, Switch } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { PageError } from './page.tsx';
import { Spinner } from './spinner.tsx';

export interface LazyPage {
  Page: Component;
  /** Starts to load the page's code early, for example when the mouse is over a link to the page. */
  preload(): void;
}

export function lazyPage(load: () => Promise<Component>): LazyPage {
  const [page, setPage] = createSignal<Component>();
  const [error, setError] = createSignal<unknown>();
  let loading = false;

  const preload = (): void => {
    if (loading) return;
    loading = true;
    load().then((component) => setPage(() => component), setError);
  };

  const Page = (): JSX.Element => {
    preload();
    return (
      <Switch fallback={<Loading />}>
        <Match when={page()}>{(component) => <Dynamic component={component()} />}</Match>
        {/* After an update, the hub no longer has this page's old files. Reloading gets the new page. */}
        <Match when={error()}>{(why) => <PageError error={why()} onRetry={() => location.reload()} />}</Match>
      </Switch>
    );
  };
  return { Page, preload };
}

export function Loading(): JSX.Element {
  return (
    <div class="grid min-h-64 grow animate-late place-items-center" role="status" aria-label="Loading">
      <Spinner class="size-5" />
    </div>
  );
}
