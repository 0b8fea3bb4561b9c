/**
 * Runs a compose file with the Docker engine's API, on machines without Docker Compose. Refuses keys that it
 * does not know.
 */
import { dirname, resolve } from 'node:path';
import Docker from 'dockerode';
import { parse } from 'yaml';
import { z } from 'zod';

const MIB = 1024 * 1024;

const Service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  user: z.string().optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  depends_on: z.array(z.string()).default([]),
  deploy: z.strictObject({ replicas: z.number() }).default({ replicas: 1 }),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  restart: z.enum(['unless-stopped']),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  stop_signal: z.string().optional(),
  mem_limit: z
    .string()
    .regex(/^\d+g$/)
    .optional(),
  pids_limit: z.number().optional(),
});
type Service = z.infer<typeof Service>;

const File = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean() }).nullable()),
});
export type Compose = z.infer<typeof File>;

/**
 * Parses a compose file. Then replaces `${NAME:-default}` in its values from `env`, as Docker Compose does.
 */
export function parseCompose(text: string, env: Readonly<Record<string, string>>): Compose {
  const fill = (value: string) =>
    value.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, otherwise: string) => env[name] || otherwise);
  const reviver = (_: unknown, value: unknown) => (typeof value === 'string' ? fill(value) : value);
  return File.parse(parse(text, reviver, { merge: true }));
}

export class Composed implements AsyncDisposable {
  readonly #docker = new Docker();
  readonly #compose: Compose;
  readonly #folder: string;
  /** Prefix of the names of networks, volumes and containers, so that parallel test runs do not collide. */
  readonly #prefix = `unicore-test-${process.pid}-`;
  readonly #containers = new Map<string, Docker.Container[]>();
  readonly #cleanups: (() => Promise<unknown>)[] = [];

  private constructor(compose: Compose, file: string) {
    this.#compose = compose;
    this.#folder = dirname(file);
  }

  /** Starts all services. `images` names replacements for images that this engine does not have. */
  static async up(
    compose: Compose,
    file: string,
    images: Readonly<Record<string, string>>,
  ): Promise<Composed> {
    const composed = new Composed(compose, file);
    try {
      await composed.#up(images);
    } catch (error) {
      await composed[Symbol.asyncDispose]();
      throw error;
    }
    return composed;
  }

  containers(service: string): readonly Docker.Container[] {
    return this.#containers.get(service) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
    this.#cleanups.length = 0;
  }

  async #up(images: Readonly<Record<string, string>>): Promise<void> {
    const { networks, services, volumes } = this.#compose;
    for (const name of Object.keys(volumes)) {
      await this.#docker.createVolume({ Name: this.#prefix + name });
      this.#cleanups.push(() => this.#docker.getVolume(this.#prefix + name).remove());
    }
    for (const [name, options] of Object.entries(networks)) {
      const network = await this.#docker.createNetwork({
        Name: this.#prefix + name,
        Internal: options?.internal ?? false,
      });
      this.#cleanups.push(() => network.remove());
    }
    for (const name of inOrder(services)) {
      const service = services[name]!;
      for (let i = 0; i < service.deploy.replicas; i++) await this.#start(name, service, images);
    }
  }

  async #start(name: string, service: Service, images: Readonly<Record<string, string>>): Promise<void> {
    const [first, ...others] = service.networks.map((network) => this.#prefix + network);
    const endpoint = { Aliases: [name] };
    const container = await this.#docker.createContainer({
      Image: images[service.image] ?? service.image,
      ...(service.command && { Cmd: service.command }),
      ...(service.user && { User: service.user }),
      Env: Object.entries(service.environment).map(([key, value]) => `${key}=${value}`),
      ...(service.stop_signal && { StopSignal: service.stop_signal }),
      ...(service.stop_grace_period && { StopTimeout: Number.parseInt(service.stop_grace_period, 10) }),
      ExposedPorts: Object.fromEntries(service.ports.map((port) => [`${portOf(port).inside}/tcp`, {}])),
      HostConfig: {
        ReadonlyRootfs: service.read_only,
        CapDrop: service.cap_drop,
        SecurityOpt: service.security_opt.map((option) => option.replace(/:true$/, '')),
        Tmpfs: Object.fromEntries(service.tmpfs.map((path) => [path, ''])),
        Binds: service.volumes.map((volume) => this.#bind(volume)),
        PortBindings: Object.fromEntries(
          service.ports
            .map(portOf)
            .map(({ host, port, inside }) => [`${inside}/tcp`, [{ HostIp: host, HostPort: port }]]),
        ),
        NetworkMode: first!,
        LogConfig: { Type: service.logging.driver, Config: service.logging.options },
        ...(service.mem_limit && { Memory: Number.parseInt(service.mem_limit, 10) * 1024 * MIB }),
        ...(service.pids_limit && { PidsLimit: service.pids_limit }),
      },
      NetworkingConfig: { EndpointsConfig: { [first!]: endpoint } },
    });
    this.#cleanups.push(() => container.remove({ force: true, v: true }));
    for (const network of others) {
      await this.#docker.getNetwork(network).connect({ Container: container.id, EndpointConfig: endpoint });
    }
    await container.start();
    this.#containers.set(name, [...this.containers(name), container]);
  }

  /** Returns the bind of a volume: a file next to the compose file, or a named volume. */
  #bind(volume: string): string {
    return volume.startsWith('.')
      ? resolve(this.#folder, volume.split(':')[0]!) + volume.slice(volume.indexOf(':'))
      : this.#prefix + volume;
  }
}

/** Parses a port mapping HOST:PORT:INSIDE. */
function portOf(text: string): { host: string; port: string; inside: string } {
  const [host, port, inside] = text.split(':');
  if (host === undefined || port === undefined || inside === undefined)
    throw new Error(`${text} names no host.`);
  return { host, port, inside };
}

/** Sorts services so that each service comes after the services on which it depends. */
function inOrder(services: Compose['services']): string[] {
  const order: string[] = [];
  const add = (name: string) => {
    if (order.includes(name)) return;
    for (const other of services[name]!.depends_on) add(other);
    order.push(name);
  };
  for (const name of Object.keys(services)) add(name);
  return order;
}
