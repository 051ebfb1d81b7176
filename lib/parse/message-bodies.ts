// The text and HTML of a message, collected part by part and decoded. Bodies of a kind are joined by a line end.

import libmime from 'libmime';
import type { Problem } from '../core/message/problems.ts';
import { decodeBodyText } from './body-text.ts';
import { MAX_BODY_OCTETS } from './limits.ts';
import type { LeafPart } from './mime-splitter.ts';
import { transferDecoderFor, type TransferDecoder } from './transfer-decoder.ts';

export class MessageBodies {
  readonly #note: (problem: Problem) => void;
  readonly #texts: string[] = [];
  readonly #htmls: string[] = [];
  #remainingOctets = MAX_BODY_OCTETS;
  #open:
    { readonly part: LeafPart; readonly decoder: TransferDecoder; readonly pieces: Uint8Array[] } | undefined;

  constructor(note: (problem: Problem) => void) {
    this.#note = note;
  }

  start(part: LeafPart): void {
    this.#open = { part, decoder: transferDecoderFor(part.header.encoding, this.#note), pieces: [] };
  }

  push(octets: Uint8Array): void {
    if (this.#open !== undefined) this.#keep(this.#open.pieces, this.#open.decoder.push(octets));
  }

  end(): void {
    if (this.#open === undefined) return;
    const { part, decoder, pieces } = this.#open;
    this.#keep(pieces, decoder.end());
    this.#open = undefined;
    const { charset, isFlowed, deletesSpaces, type } = part.header;
    const text = decodeBodyText(Buffer.concat(pieces), charset, this.#note);
    if (type === 'text/html') this.#htmls.push(text);
    else this.#texts.push(isFlowed ? libmime.decodeFlowed(text, deletesSpaces) : text);
  }

  get text(): string | null {
    return this.#texts.length === 0 ? null : this.#texts.join('\n');
  }

  get html(): string | null {
    return this.#htmls.length === 0 ? null : this.#htmls.join('\n');
  }

  #keep(pieces: Uint8Array[], octets: Uint8Array): void {
    if (octets.length > this.#remainingOctets) this.#note('body-too-large');
    const kept = octets.subarray(0, this.#remainingOctets);
    this.#remainingOctets -= kept.length;
    if (kept.length > 0) pieces.push(kept);
  }
}
