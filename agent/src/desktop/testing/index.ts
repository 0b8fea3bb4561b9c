/** Test support: real desktops, and consumers of their channels. */
export { ChannelStream } from './channel-stream.ts';
export { DesktopConsumer } from './desktop-consumer.ts';
export { RealDesktop, SESSION } from './real-desktop.ts';
