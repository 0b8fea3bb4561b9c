/** The launchers, which run desktops on this machine: docker and process. */
import type { RuntimeKind } from '../../runtime/index.ts';
import { DockerLauncher } from './docker.ts';
import type { DesktopLauncher } from './launcher.ts';
import { type OwnContainer, ProcessLauncher } from './process.ts';

export { hostConfig } from './container.ts';
export { SECCOMP } from './docker.ts';
export type { DesktopLauncher, LaunchOrder, Outcome, Presence } from './launcher.ts';

export interface LauncherOptions {
  kind: RuntimeKind;
  agentDir: string;
  providerId: string;
  /** Path of the Docker engine's socket. */
  socketPath: string;
  /** The program that holds a desktop without a container. Default: unicore-desktop. */
  program?: string;
  container?: OwnContainer;
}

export function makeLauncher(options: LauncherOptions): DesktopLauncher {
  return options.kind === 'docker' ? new DockerLauncher(options) : new ProcessLauncher(options);
}
