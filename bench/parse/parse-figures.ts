// What one run of one parser says of itself.

import type { Run } from '../measure/interleaved.ts';
import { median, withRange } from '../measure/statistics.ts';

export interface ParseFigures {
  readonly messages: number;
  /** Of the messages; where those are made as they are read, of what is in them. */
  readonly octets: number;
  /** Within the parser. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Held when the parser was loaded, and nothing was parsed. */
  readonly startOctets: number;
  /** The most that the process held. */
  readonly peakOctets: number;
  readonly bodyCharacters: number;
  readonly attachmentOctets: number;
}

const MB = 1e6;

export function figuresOf({ said }: Pick<Run, 'said'>): ParseFigures {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parse-child.ts prints it
  return JSON.parse(said) as ParseFigures;
}

type Column = (runs: readonly Run[]) => string;

export const parseMbPerSecond: Column = (runs) =>
  withRange(
    runs.map(figuresOf).map(({ octets, wallMs }) => octets / MB / (wallMs / 1000)),
    0,
  );

export const parseMessagesPerSecond: Column = (runs) =>
  median(runs.map(figuresOf).map(({ messages, wallMs }) => messages / (wallMs / 1000))).toFixed(0);

/** Less shaken than the time by whatever else the machine does. */
export const parseCpuPerGb: Column = (runs) => median(runs.map(cpuPerGb)).toFixed(1);

export const parseSeconds: Column = (runs) =>
  withRange(
    runs.map(figuresOf).map(({ wallMs }) => wallMs / 1000),
    2,
  );

export const parsePeakMb: Column = (runs) =>
  median(runs.map(figuresOf).map(({ peakOctets }) => peakOctets / MB)).toFixed(0);

export const parseStartMb: Column = (runs) =>
  median(runs.map(figuresOf).map(({ startOctets }) => startOctets / MB)).toFixed(0);

function cpuPerGb(run: Run): number {
  const { cpuMs, octets } = figuresOf(run);
  return cpuMs / 1000 / (octets / 1e9);
}
