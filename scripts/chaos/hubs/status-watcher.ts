/**
 * Part of the chaos run in which Redis fails: watches the states of VMs and providers that one hub reports in
 * subscriptions and query results. Counts the states that are not healthy.
 */
import { createUniCore, type UniCore } from '@unicore/client/sdk';

/** Interval at which the hub is asked for its lists of VMs and providers, ms. */
const ASK_MS = 500;

export class StatusWatcher {
  readonly unicore: UniCore;
  /**
   * How often the hub reported each unhealthy state. A healthy VM is running, and a healthy provider is
   * online.
   */
  readonly alarms = new Map<string, number>();
  /** Number of the hub's query results and events that were checked for unhealthy states. */
  looks = 0;
  readonly #name: string;
  readonly #ends: (() => void)[] = [];

  /** name: the hub's name in the counts of unhealthy states. */
  constructor(name: string, url: string, token: string) {
    this.#name = name;
    this.unicore = createUniCore({ url, getToken: () => token });
  }

  start(): void {
    const { api } = this.unicore;
    const vms = api.vm.watch.subscribe(undefined, {
      onData: (event) => {
        if (event.type === 'all') this.#look('vm.watch', event.vms, 'running');
        else if (event.type === 'changed') this.#look('vm.watch', [event.vm], 'running');
        else this.#alarm(`vm.watch: ${event.vmId} deleted`);
      },
    });
    const providers = api.provider.watch.subscribe(undefined, {
      onData: (event) => {
        const all = event.type === 'all' ? event.providers : [event.provider];
        this.#look('provider.watch', all, 'online');
      },
    });
    const timer = setInterval(() => {
      // A query that fails is ignored: the chaos run freezes processes, and a frozen hub cannot answer.
      api.vm.list.query().then(
        (all) => this.#look('vm.list', all, 'running'),
        () => {},
      );
      api.provider.list.query().then(
        (all) => this.#look('provider.list', all, 'online'),
        () => {},
      );
    }, ASK_MS);
    this.#ends.push(
      () => vms.unsubscribe(),
      () => providers.unsubscribe(),
      () => clearInterval(timer),
    );
  }

  close(): void {
    for (const end of this.#ends) end();
    this.unicore.close();
  }

  #look(where: string, all: readonly { state: string }[], well: string): void {
    this.looks += 1;
    for (const { state } of all) if (state !== well) this.#alarm(`${where}: ${state}`);
  }

  #alarm(what: string): void {
    const text = `${this.#name}, ${what}`;
    this.alarms.set(text, (this.alarms.get(text) ?? 0) + 1);
  }
}
