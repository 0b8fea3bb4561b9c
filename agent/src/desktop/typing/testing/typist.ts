/** A viewer that types with private messages, as the page does. */
import { encodePrivateMessage, PrivateOp } from '@unicore/protocol';
import { RawClient } from '../../rfb/index.ts';
import type { ChannelStream, RealDesktop } from '../../testing/index.ts';
import { CTRL, KEYS, type Press, SHIFT, stroke } from './keyboard.ts';

export class Typist {
  readonly client: RawClient;
  readonly #stream: ChannelStream;

  static async open(desktop: RealDesktop): Promise<Typist> {
    const stream = await desktop.consumer.open('vnc', { text: true });
    const client = await RawClient.connect(stream);
    await client.until(() => client.hasPixels);
    return new Typist(stream, client);
  }

  private constructor(stream: ChannelStream, client: RawClient) {
    this.#stream = stream;
    this.client = client;
  }

  /** Types with a German keyboard. */
  type(text: string): void {
    for (const character of text) {
      const { modifier, dead, press } = stroke(character);
      const modifiers = modifier === KEYS.shift ? SHIFT : 0;
      if (modifier) this.key(modifier, true, modifiers);
      if (dead) this.press(dead);
      this.press(press, modifiers);
      if (modifier) this.key(modifier, false);
    }
  }

  /** Sends a text as an input method does. */
  text(text: string): void {
    this.#send(PrivateOp.text, { text });
  }

  press(press: Press, modifiers = 0): void {
    this.key(press, true, modifiers);
    this.key(press, false, modifiers);
  }

  ctrl(press: Press | string): void {
    const { text: _, ...key } = typeof press === 'string' ? stroke(press).press : { ...press, text: '' };
    this.key(KEYS.ctrl, true, CTRL);
    this.press(key, CTRL);
    this.key(KEYS.ctrl, false);
  }

  key(press: Press, down: boolean, modifiers = 0, repeat = false): void {
    this.#send(PrivateOp.key, { ...press, down, modifiers, location: 0, repeat });
  }

  click(x: number, y: number): void {
    this.client.pointer(x, y, 1);
    this.client.pointer(x, y, 0);
  }

  close(): void {
    this.client.close();
  }

  #send(op: number, content: object): void {
    this.#stream.write(Buffer.from(encodePrivateMessage(op, content)));
  }
}
