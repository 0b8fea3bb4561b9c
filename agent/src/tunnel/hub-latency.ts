/** Measures the latency of a hub with a few requests over one connection, and then closes that connection. */
import { Agent as HttpAgent, get as httpGet, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';
import { roundTrip } from '@unicore/protocol';

/** Time limit of the measurement, in ms. A hub that needs more time is not the nearest hub. */
const ANSWER_MS = 3_000;
const NO_CONTENT = 204;

/** Returns the round-trip time to this hub, in ms. Rejects if the hub does not answer. */
export async function measureLatency(hub: string): Promise<number> {
  const tls = new URL(hub).protocol === 'https:';
  const agent = new (tls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
  const options = { agent, signal: AbortSignal.timeout(ANSWER_MS) };
  try {
    return await roundTrip(
      () => ask(tls ? httpsGet : httpGet, `${hub}/ping`, options),
      () => performance.now(),
    );
  } finally {
    agent.destroy();
  }
}

function ask(get: typeof httpGet, url: string, options: RequestOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      response.resume().once('end', resolve);
      if (response.statusCode !== NO_CONTENT) reject(new Error(`${url} answered ${response.statusCode}`));
    }).once('error', reject);
  });
}
