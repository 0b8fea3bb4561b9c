/** Test support for the page. */
export {
  apiError,
  type FakeHub,
  fakeDesktop,
  fakeHub,
  fakeProvider,
  fakeReceipt,
  fakeVm,
} from './fake-api.ts';
export { FakeChannel } from './fake-channel.ts';
export { FakeDesktop } from './fake-desktop.ts';
export { renderPage, renderPart } from './render-page.tsx';
