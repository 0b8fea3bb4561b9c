/**
 * Types on UniCore's page with keyboards that Playwright cannot simulate: dead keys, AltGr, an input method, and
 * the soft keyboard of a phone.
 */
import type { CDPSession, Page } from 'playwright-core';

/** Keys of a German keyboard that type a character together with AltGr. */
const ALT_GR: Record<string, string> = { '@': 'KeyQ', '€': 'KeyE', '{': 'Digit7', '~': 'BracketRight' };
/** Keys that only a German keyboard has. */
const UMLAUTS: Record<string, string> = {
  ...{ ä: 'Quote', ö: 'Semicolon', ü: 'BracketLeft', ß: 'Minus' },
  ...{ Ä: 'Quote', Ö: 'Semicolon', Ü: 'BracketLeft' },
};
/** Accents of dead keys, and the places of these keys on a German keyboard. */
const DEAD: Record<string, { code: string; accent: string }> = {
  '\u0301': { code: 'Equal', accent: '´' },
  '\u0300': { code: 'Equal', accent: '`' },
  '\u0302': { code: 'Backquote', accent: '^' },
};
/** The keyCode of a key event that an input method has handled. */
const TAKEN = 229;

export class DesktopKeyboard {
  readonly #cdp: CDPSession;
  readonly #page: Page;

  private constructor(page: Page, cdp: CDPSession) {
    this.#page = page;
    this.#cdp = cdp;
  }

  static async of(page: Page): Promise<DesktopKeyboard> {
    return new DesktopKeyboard(page, await page.context().newCDPSession(page));
  }

  /** Types a text on a German keyboard. Characters that this keyboard lacks are typed with an input method. */
  async german(text: string): Promise<void> {
    for (const character of text) {
      const [letter = '', mark = ''] = character.normalize('NFD');
      if (ALT_GR[character] !== undefined) await this.#altGr(character, ALT_GR[character]);
      else if (DEAD[mark] !== undefined) await this.#dead(letter, character, DEAD[mark]);
      else if (/^[\x20-\x7e]$/.test(character)) await this.#page.keyboard.press(character);
      else if (UMLAUTS[character] !== undefined) await this.#character(character, UMLAUTS[character]);
      else await this.compose([character], character);
    }
  }

  /** Composes a text with an input method, which shows these intermediate texts. */
  async compose(steps: readonly string[], text: string): Promise<void> {
    for (const step of steps) {
      await this.#key('rawKeyDown', 'Process', 'KeyA', TAKEN);
      await this.#cdp.send('Input.imeSetComposition', {
        text: step,
        selectionStart: step.length,
        selectionEnd: step.length,
      });
      await this.#key('keyUp', 'a', 'KeyA', 65);
    }
    await this.#cdp.send('Input.insertText', { text });
  }

  /** Types a word on a soft keyboard, which then corrects it: it replaces the word in the text field. */
  async corrected(typed: string, word: string): Promise<void> {
    for (const letter of typed) {
      await this.#key('rawKeyDown', 'Unidentified', '', TAKEN);
      await this.#cdp.send('Input.insertText', { text: letter });
      await this.#key('keyUp', 'Unidentified', '', TAKEN);
    }
    const end = await this.#page.evaluate(() => {
      const field = document.activeElement;
      return field instanceof HTMLTextAreaElement ? field.value.length : 0;
    });
    await this.#cdp.send('Input.imeSetComposition', {
      text: word,
      selectionStart: word.length,
      selectionEnd: word.length,
      replacementStart: end - typed.length,
      replacementEnd: end,
    });
    await this.#cdp.send('Input.insertText', { text: word });
  }

  async #altGr(character: string, code: string): Promise<void> {
    await this.#key('rawKeyDown', 'AltGraph', 'AltRight', 225);
    await this.#character(character, code);
    await this.#key('keyUp', 'AltGraph', 'AltRight', 225);
  }

  async #character(character: string, code: string): Promise<void> {
    await this.#key('keyDown', character, code, code.charCodeAt(code.length - 1), character);
    await this.#key('keyUp', character, code, code.charCodeAt(code.length - 1));
  }

  /** Presses a dead key, which shows its accent until the next key. */
  async #dead(
    letter: string,
    composed: string,
    { code, accent }: { code: string; accent: string },
  ): Promise<void> {
    await this.#key('rawKeyDown', 'Dead', code, 0);
    await this.#cdp.send('Input.imeSetComposition', { text: accent, selectionStart: 1, selectionEnd: 1 });
    await this.#key('keyUp', 'Dead', code, 0);
    const place = `Key${letter.toUpperCase()}`;
    await this.#key('rawKeyDown', 'Process', place, TAKEN);
    await this.#cdp.send('Input.insertText', { text: composed });
    await this.#key('keyUp', letter, place, letter.toUpperCase().charCodeAt(0));
  }

  async #key(
    type: 'rawKeyDown' | 'keyDown' | 'keyUp',
    key: string,
    code: string,
    windowsVirtualKeyCode: number,
    text?: string,
  ): Promise<void> {
    const more = text === undefined ? {} : { text, unmodifiedText: text };
    await this.#cdp.send('Input.dispatchKeyEvent', { type, key, code, windowsVirtualKeyCode, ...more });
  }
}
