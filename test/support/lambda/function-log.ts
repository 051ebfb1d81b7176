// What a function's processes printed: the last part of it, for whoever has to find out why; and every piece for who listens.

const KEPT_CHARACTERS = 1024 * 1024;

export class FunctionLog {
  #pieces: string[] = [];
  #characters = 0;
  /** All that was printed so far. */
  octets = 0;
  /** Gets every piece of what is printed, in order; a line may come in several. */
  listener: ((text: string) => void) | undefined;

  add(text: string): void {
    this.listener?.(text);
    this.octets += Buffer.byteLength(text);
    this.#pieces.push(text);
    this.#characters += text.length;
    if (this.#characters > 2 * KEPT_CHARACTERS) {
      this.#pieces = [this.text];
      this.#characters = KEPT_CHARACTERS;
    }
  }

  /** The last million characters. */
  get text(): string {
    return this.#pieces.join('').slice(-KEPT_CHARACTERS);
  }
}
