// Every real server that Debian has, with every way in that it offers, and what an importer does there: printed as a matrix.

import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readWithPython } from '../../support/second-opinion.ts';
import { matrixMail, plainMailWithLf } from '../../support/servers/matrix-mail.ts';
import { REAL_SERVERS } from '../../support/servers/real-servers.ts';
import type { RealServer, RunningServer } from '../../support/servers/real-server.ts';
import { CHANGING_FEATURES, WRONG_PASSWORD } from './changing-features.ts';
import type { Feature, Mailbox, Subject } from './feature.ts';
import { Matrix } from './matrix.ts';
import { READING_FEATURES } from './reading-features.ts';

const IN_ORDER = [...READING_FEATURES, ...CHANGING_FEATURES];

void test(
  'every feature a real server offers works with it',
  { timeout: 300_000, concurrency: true },
  async (t) => {
    const matrix = new Matrix(
      REAL_SERVERS.map(({ name }) => name),
      [...IN_ORDER, WRONG_PASSWORD].map(({ name }) => name),
    );
    await Promise.all(REAL_SERVERS.map((real) => testServer(t, real, matrix)));
    for (const line of matrix.lines()) t.diagnostic(line);
    if (process.env['MAILFERRY_WRITE_MATRIX'] === '1') await matrix.writePage();
  },
);

async function testServer(t: TestContext, real: RealServer, matrix: Matrix): Promise<void> {
  const skip = real.skip();
  if (skip !== false) matrix.notInstalled(real.name, skip);
  await t.test(real.name, { skip, concurrency: true }, async (t) => {
    const mailboxes = { reader: matrixMail(real.cannotServe), remover: plainMailWithLf(5) };
    await using server = await real.start({ mailboxes });
    const subject: Subject = {
      offers: real.offers,
      leftOut: real.cannotServe,
      server,
      reader: await secondOpinion(real, server, 'reader'),
      remover: await secondOpinion(real, server, 'remover'),
    };
    const patient = testFeature(t, real, WRONG_PASSWORD, subject, matrix);
    for (const feature of IN_ORDER) await testFeature(t, real, feature, subject, matrix);
    await patient;
  });
}

/** Of a server that adds messages of its own with every session: of those that stay. */
async function secondOpinion({ offers }: RealServer, server: RunningServer, user: string): Promise<Mailbox> {
  const opinion = await readWithPython({ ...server, user });
  if (offers.uidls !== 'growing') return { user, opinion };
  const later = (await readWithPython({ ...server, user })).map(({ sha256, uidl }) => `${uidl} ${sha256}`);
  return { user, opinion: opinion.filter(({ sha256, uidl }) => later.includes(`${uidl} ${sha256}`)) };
}

async function testFeature(
  t: TestContext,
  { name, offers }: RealServer,
  feature: Feature,
  subject: Subject,
  matrix: Matrix,
): Promise<void> {
  if (!feature.applies(offers)) return;
  await t.test(`${name}: ${feature.name}`, async () => {
    matrix.failed(name, feature.name);
    matrix.passed(name, feature.name, await feature.check(subject));
  });
}
