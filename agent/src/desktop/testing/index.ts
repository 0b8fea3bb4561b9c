/**
 * Test support for desktops: real desktops and consumers of their channels; a fake holder, a fake launcher, and a
 * setup that uses them.
 */
export { ChannelStream } from './channel-stream.ts';
export { DesktopCaller } from './desktop-caller.ts';
export { DesktopConsumer } from './desktop-consumer.ts';
export { closeDesktops, newFolder, order, startDesktops } from './desktops-setup.ts';
export { FakeHolder } from './fake-holder.ts';
export { FakeLauncher } from './fake-launcher.ts';
export { type LauncherHarness, launcherContract } from './launcher.suite.ts';
export { programCalls } from './program-calls.ts';
export { RealDesktop, SESSION } from './real-desktop.ts';
export { runDesktops } from './run-desktops.ts';
export { buildStandInImage } from './stand-in-image.ts';
