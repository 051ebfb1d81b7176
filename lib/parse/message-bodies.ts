// The text and HTML of a message, collected part by part and decoded. Bodies of a kind are joined by a line end.

import libmime from 'libmime';
import type { Problem } from '../core/message/problems.ts';
import { decodeBodyText } from './body-text.ts';
import type { LeafPart } from './mime-splitter.ts';
import { transferDecoderFor, type TransferDecoder } from './transfer-decoder.ts';

interface OpenBody {
  readonly part: LeafPart;
  readonly decoder: TransferDecoder;
  readonly pieces: Uint8Array[];
}

export class MessageBodies {
  readonly #note: (problem: Problem) => void;
  readonly #texts: string[] = [];
  readonly #htmls: string[] = [];
  #remainingOctets: number;
  #isCut = false;
  #open: OpenBody | undefined;

  /** @param maxOctets of all of them, decoded: more are left out */
  constructor(note: (problem: Problem) => void, maxOctets: number) {
    this.#note = note;
    this.#remainingOctets = maxOctets;
  }

  start(part: LeafPart): void {
    this.#open = { part, decoder: transferDecoderFor(part.header.encoding, this.#note), pieces: [] };
  }

  /** Something was left out. */
  get isCut(): boolean {
    return this.#isCut;
  }

  push(octets: Uint8Array): void {
    if (this.#open !== undefined) this.#keep(this.#open.pieces, this.#open.decoder.push(octets));
  }

  /** @returns what it was decoded from, without its transfer encoding; nothing unless a body was open */
  end(): Buffer | undefined {
    if (this.#open === undefined) return undefined;
    const { part, decoder, pieces } = this.#open;
    this.#keep(pieces, decoder.end());
    this.#open = undefined;
    const { charset, isFlowed, deletesSpaces, type } = part.header;
    const octets = Buffer.concat(pieces);
    const text = decodeBodyText(octets, charset, this.#note, { isCut: this.#isCut });
    if (type === 'text/html') this.#htmls.push(text);
    else this.#texts.push(isFlowed ? libmime.decodeFlowed(text, deletesSpaces) : text);
    return octets;
  }

  get text(): string | null {
    return this.#texts.length === 0 ? null : this.#texts.join('\n');
  }

  get html(): string | null {
    return this.#htmls.length === 0 ? null : this.#htmls.join('\n');
  }

  #keep(pieces: Uint8Array[], octets: Uint8Array): void {
    if (octets.length > this.#remainingOctets) this.#isCut = true;
    const kept = octets.subarray(0, this.#remainingOctets);
    this.#remainingOctets -= kept.length;
    if (kept.length > 0) pieces.push(kept);
  }
}
