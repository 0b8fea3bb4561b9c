/** Test support for the page. */
export { apiError, type FakeHub, fakeHub, fakeProvider, fakeVm } from './fake-api.ts';
export { renderPage, renderPart } from './render-page.tsx';
