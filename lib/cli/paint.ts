// Colours follow the stream: none into a file, none with NO_COLOR.

import { styleText } from 'node:util';

export function paint(colour: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}
