// What limits and earlier failures keep from being fetched: a table of decisions.

import { failedRecord, skippedRecord, uidlOf } from '../contract/sample-records.ts';
import { row, rowOfUnknownSize } from '../support/listed-messages.ts';
import { failed, marked, quarantined, stored, testPlans } from './plan-case.ts';
import type { PlanCase } from './plan-case.ts';

const FAILED: readonly PlanCase[] = [
  {
    name: 'a message that failed is fetched again',
    listing: [row(1, 'a')],
    records: [failed('a')],
    plan: ['fetch failed-before'],
  },
  {
    name: 'a message that failed too often is left alone, and the next is fetched',
    listing: [row(1, 'a'), row(2, 'b')],
    records: [quarantined('a')],
    plan: ['quarantine failed-too-often', 'fetch new'],
  },
  {
    name: 'a quarantined message that somebody put back is fetched',
    listing: [row(1, 'a')],
    records: [failedRecord(uidlOf('a'), { attempts: 0 })],
    plan: ['fetch failed-before'],
  },
  {
    name: 'a quarantine says nothing once several messages have the id',
    listing: [row(1, 'a'), row(2, 'a')],
    records: [quarantined('a')],
    plan: ['fetch ambiguous-uidl', 'fetch ambiguous-uidl'],
  },
  {
    name: 'a message larger than the limit is skipped, however it failed before',
    listing: [row(1, 'a', 101), row(2, 'b', 101)],
    records: [failed('a'), quarantined('b')],
    limits: { messageOctets: 100 },
    plan: ['skip larger-than-message-limit', 'skip larger-than-message-limit'],
  },
  {
    name: 'a message that failed uses up the limits of a run, a quarantined one does not',
    listing: [row(1, 'a'), row(2, 'b'), row(3, 'c')],
    records: [quarantined('a'), failed('b')],
    limits: { runMessages: 1 },
    plan: ['quarantine failed-too-often', 'fetch failed-before', 'defer run-message-limit'],
  },
];

const LIMITED: readonly PlanCase[] = [
  {
    name: 'a message of exactly the limit is fetched, one octet more is skipped',
    listing: [row(1, 'a', 100), row(2, 'b', 101)],
    limits: { messageOctets: 100 },
    plan: ['fetch new', 'skip larger-than-message-limit'],
  },
  {
    name: 'a message that proved too large once is skipped although LIST says less',
    listing: [row(1, 'a', 10)],
    records: [skippedRecord(uidlOf('a'), { octets: 101 })],
    limits: { messageOctets: 100 },
    plan: ['skip larger-than-message-limit'],
  },
  {
    name: 'a message skipped before is fetched once the limit is raised',
    listing: [row(1, 'a', 10)],
    records: [skippedRecord(uidlOf('a'), { octets: 101 })],
    limits: { messageOctets: 200 },
    plan: ['fetch new'],
  },
  {
    name: 'the message limit of a run defers the rest, and known or skipped messages do not use it up',
    listing: [row(1, 'a'), row(2, 'b', 999), row(3, 'c'), row(4, 'd')],
    records: [stored('a')],
    limits: { runMessages: 1, messageOctets: 500 },
    plan: ['known stored', 'skip larger-than-message-limit', 'fetch new', 'defer run-message-limit'],
  },
  {
    name: 'the octet limit of a run may be met exactly',
    listing: [row(1, 'a', 60), row(2, 'b', 40), row(3, 'c', 1)],
    limits: { runOctets: 100 },
    plan: ['fetch new', 'fetch new', 'defer run-octet-limit'],
  },
  {
    name: 'the first message of a run is fetched even when it alone is more than the run may fetch',
    listing: [row(1, 'a', 500), row(2, 'b', 1)],
    limits: { runOctets: 100 },
    plan: ['fetch new', 'defer run-octet-limit'],
  },
  {
    name: 'what is fetched a second time obeys the limits like what is new',
    listing: [row(1, 'a', 10), row(2, 'b'), row(3, 'c'), row(4, 'd'), row(5, 'e', 101)],
    records: [stored('a'), marked('b', 'deleted'), marked('c', 'lost'), stored('d'), stored('e')],
    limits: { runMessages: 2, messageOctets: 100 },
    plan: [
      'fetch size-changed',
      'fetch listed-again',
      'defer run-message-limit',
      'known stored',
      'skip larger-than-message-limit',
    ],
  },
  {
    name: 'messages that no id identifies are fetched beyond the limits of a run, and do not use them up',
    listing: [row(1, undefined), row(2, 'a'), row(3, 'a'), row(4, 'b'), row(5, 'c'), row(6, undefined)],
    limits: { runMessages: 1, runOctets: 100 },
    plan: [
      'fetch no-uidl',
      'fetch ambiguous-uidl',
      'fetch ambiguous-uidl',
      'fetch new',
      'defer run-message-limit',
      'fetch no-uidl',
    ],
  },
  {
    name: 'a message of unknown size is fetched',
    listing: [rowOfUnknownSize(1, 'a')],
    limits: { messageOctets: 1, runOctets: 1 },
    plan: ['fetch new'],
  },
];

testPlans([...FAILED, ...LIMITED]);
