/** The containers in all states, networks and volumes of this test on this machine's Docker engine. */
import Docker from 'dockerode';
import type { Marks } from './audit.ts';

/** The ids of containers and the names of their volumes become marks, because nothing else tells whose they are. */
export async function engine({ names }: Marks): Promise<string[]> {
  const docker = new Docker();
  const bears = (...about: unknown[]) => {
    const text = JSON.stringify(about);
    return [...names].some((name) => text.includes(name));
  };
  const containers = await docker.listContainers({ all: true });
  const own = containers.filter(({ Id, Names, Labels }) => bears(Id, Names, Labels));
  for (const { Id, Mounts } of own) {
    names.add(Id);
    for (const { Type, Name } of Mounts) if (Type === 'volume' && Name) names.add(Name);
  }
  const networks = (await docker.listNetworks()).filter(({ Name, Labels }) => bears(Name, Labels));
  const { Volumes } = await docker.listVolumes();
  const volumes = Volumes.filter(({ Name, Labels }) => bears(Name, Labels));
  return [
    ...own.map(({ Names: [name], Id }) => `container ${name ?? Id}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...volumes.map(({ Name }) => `volume ${Name}`),
  ];
}
