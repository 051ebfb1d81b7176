// The columns that tables share: times, rates, processor, memory, and how many times faster than whom.

import { median, withRange } from '../measure/statistics.ts';
import type { Run, Runs } from '../measure/interleaved.ts';

const MB = 1e6;

export interface Work {
  readonly messages: number;
  readonly octets: number;
}

/** One line for each client; those that failed say so and have no figures. */
export function lines(
  runs: Runs,
  columns: readonly ((runs: readonly Run[]) => string)[],
): readonly (readonly string[])[] {
  return [...runs].map(([name, of]) =>
    of instanceof Error
      ? [`${name} FAILED`, ...columns.map(() => '-')]
      : [name, ...columns.map((column) => column(of))],
  );
}

export function failures(runs: Runs): string[] {
  return [...runs].flatMap(([name, of]) => (of instanceof Error ? [`${name} failed: ${of.message}`] : []));
}

export const seconds = (runs: readonly Run[]): string =>
  withRange(
    runs.map(({ wallMs }) => wallMs / 1000),
    2,
  );

export const cpuSeconds = (runs: readonly Run[]): string =>
  median(runs.map(({ cpuMs }) => cpuMs / 1000)).toFixed(2);

/** Of its largest process. */
export const peakMb = (runs: readonly Run[]): string =>
  median(runs.map(({ peakOctets }) => peakOctets / MB)).toFixed(0);

/** Of all its processes together. */
export const peakSumMb = (runs: readonly Run[]): string =>
  median(runs.map(({ peakSumOctets }) => peakSumOctets / MB)).toFixed(0);

export const perSecond =
  ({ messages }: Work) =>
  (runs: readonly Run[]): string =>
    (messages / wallSeconds(runs)).toFixed(messages < 100 ? 1 : 0);

export const mbPerSecond =
  ({ octets }: Work) =>
  (runs: readonly Run[]): string =>
    (octets / MB / wallSeconds(runs)).toFixed(1);

/** How many times the pace of another client; empty where that did not run. */
export const timesThatOf =
  (name: string, all: Runs) =>
  (runs: readonly Run[]): string => {
    const other = all.get(name);
    if (other === undefined || other instanceof Error || other.length === 0) return '';
    return (wallSeconds(other) / wallSeconds(runs)).toFixed(2);
  };

/** In figures of a table: that others were at work says how much each is worth. */
export function remarkOnNoise(runs: Runs): string {
  const busy = [...runs.values()].flatMap((of) =>
    of instanceof Error ? [] : of.map((run) => run.busyCores),
  );
  const noisy = busy.filter((cores) => cores > 0.35).length;
  return noisy === 0
    ? `quiet machine in all ${busy.length} runs`
    : `before ${noisy} of ${busy.length} runs other programs used more than a third of a core`;
}

function wallSeconds(runs: readonly Run[]): number {
  return median(runs.map(({ wallMs }) => wallMs)) / 1000;
}
