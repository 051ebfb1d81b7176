// What `mailferry estimate` is told: how much mail, how often, and what to take for granted. Each refusal says what is allowed.

import { InvalidArgumentError } from 'commander';
import { ASSUMPTION_NAMES, isAssumption } from '../estimate/assumptions.ts';
import type { Assumptions } from '../estimate/assumptions.ts';

const UNIT_OCTETS = { '': 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const;

/** Also 0. @throws InvalidArgumentError */
export function parseAmount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

/** @throws InvalidArgumentError */
export function parseOctets(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?)(kB|MB|GB|TB)?$/.exec(text) ?? [];
  if (number === '') throw new InvalidArgumentError('expected octets, such as 750000, 800MB or 1.5GB.');
  return Math.round(Number(number) * UNIT_OCTETS[unit as keyof typeof UNIT_OCTETS]);
}

/** @param before what was assumed by options before this one. @throws InvalidArgumentError */
export function parseAssumption(text: string, before: Partial<Assumptions> = {}): Partial<Assumptions> {
  const [name = '', value = ''] = text.split(/=(.*)/s);
  if (!isAssumption(name))
    throw new InvalidArgumentError(
      `there is no assumption of that name; there are: ${ASSUMPTION_NAMES.join(', ')}.`,
    );
  if (!/^\d{1,15}(?:\.\d{1,6})?$/.test(value)) throw new InvalidArgumentError(`expected ${name}=NUMBER.`);
  if (Number(value) === 0 && IN_THE_WAY_AS_ZERO.some((other) => other === name))
    throw new InvalidArgumentError(`expected ${name}=NUMBER, more than 0.`);
  return { ...before, [name]: Number(value) };
}

/** Other figures are divided by them. */
const IN_THE_WAY_AS_ZERO = [
  'lineOctetsPerSecond',
  'pipelinedMessages',
  'parseOctetsPerSecond',
  'monthsOfMail',
] as const;
