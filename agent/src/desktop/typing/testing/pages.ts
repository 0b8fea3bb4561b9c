/** A program that serves pages to a desktop's browser and reads what was typed into them. */
import type { ChannelStream, RealDesktop } from '../../testing/index.ts';

export const ORIGIN = 'https://typing.test';
const FRAME_ORIGIN = 'https://frame.test';
const AREA = '<textarea autofocus wrap=off style="width:600px;height:200px"></textarea>';
const PAGES: Readonly<Record<string, string>> = {
  [`${ORIGIN}/`]: `<meta charset=utf-8><title>typing</title>${AREA}`,
  [`${ORIGIN}/outer`]: `<title>typing</title><iframe src="${FRAME_ORIGIN}/" style="width:700px;height:300px"></iframe>`,
  [`${FRAME_ORIGIN}/`]: `<meta charset=utf-8>${AREA}`,
};

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    requestId: string;
    request: { url: string };
    sessionId: string;
    targetInfo: { type: string };
  };
  readonly sessionId?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { message: string };
}

export class TestPages {
  readonly #stream: ChannelStream;
  readonly #answers = new Map<number, (answer: Message) => void>();
  #lastId = 0;
  #text = '';
  #page = '';
  #frame: string | undefined;

  static async open(desktop: RealDesktop): Promise<TestPages> {
    const pages = new TestPages(await desktop.consumer.open('cdp'));
    const { targetInfos } = (await pages.#call('Target.getTargets')) as {
      targetInfos: { targetId: string; type: string }[];
    };
    const targetId = targetInfos.find(({ type }) => type === 'page')?.targetId;
    const { sessionId } = await pages.#call('Target.attachToTarget', { targetId, flatten: true });
    pages.#page = String(sessionId);
    await pages.#call('Fetch.enable', { patterns: [{ urlPattern: 'https://*.test/*' }] }, pages.#page);
    const autoAttach = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
    await pages.#call('Target.setAutoAttach', autoAttach, pages.#page);
    return pages;
  }

  private constructor(stream: ChannelStream) {
    this.#stream = stream;
    stream.setEncoding('utf8').on('data', (more: string) => {
      const messages = (this.#text + more).split('\0');
      this.#text = messages.pop()!;
      for (const message of messages) this.#hear(JSON.parse(message));
    });
  }

  /** Opens a page with a script, because that needs no controls. */
  async goto(path: string): Promise<void> {
    this.#frame = undefined;
    await this.evaluate(`location.href = '${ORIGIN}${path}'`);
  }

  evaluate(expression: string): Promise<unknown> {
    return this.#evaluate(expression, this.#page);
  }

  /** Evaluates an expression in the frame of the other origin. Returns undefined while the frame does not exist. */
  async inFrame(expression: string): Promise<unknown> {
    return this.#frame === undefined ? undefined : this.#evaluate(expression, this.#frame);
  }

  close(): void {
    this.#stream.destroy();
  }

  async #evaluate(expression: string, session: string): Promise<unknown> {
    const params = { expression, returnByValue: true };
    const { result } = (await this.#call('Runtime.evaluate', params, session)) as {
      result: { value?: unknown };
    };
    return result.value;
  }

  #hear({ id, method, params, result, error, sessionId }: Message): void {
    if (id !== undefined) {
      this.#answers.get(id)?.({ ...(result && { result }), ...(error && { error }) });
      this.#answers.delete(id);
    } else if (method === 'Fetch.requestPaused' && params && sessionId) {
      const body = PAGES[params.request.url.replace(/#.*/, '')];
      const answer = {
        requestId: params.requestId,
        responseCode: body === undefined ? 404 : 200,
        responseHeaders: [{ name: 'content-type', value: 'text/html' }],
        body: Buffer.from(body ?? '').toString('base64'),
      };
      this.#call('Fetch.fulfillRequest', answer, sessionId).catch(() => undefined);
    } else if (method === 'Target.attachedToTarget' && params?.targetInfo.type === 'iframe') {
      this.#frame = params.sessionId;
    }
  }

  async #call(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const answered = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#stream.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }
}
