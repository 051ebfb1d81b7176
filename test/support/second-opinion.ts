// What is in a mailbox according to the independent Python client. Never consults any code of the product.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const opinionSchema = z.strictObject({
  /** The message number. */
  n: z.int().positive(),
  uidl: z.string(),
  /** Octets, byte-stuffing removed, CRLF kept. */
  size: z.int().nonnegative(),
  sha256: z.string().length(64),
});

/** One retrieved message. */
export type SecondOpinion = z.infer<typeof opinionSchema>;

export interface Mailbox {
  readonly host: string;
  /** A port that speaks without TLS. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const CLIENT = join(import.meta.dirname, 'raw-pop3-client.py');
const MAX_OUTPUT_OCTETS = 64 * 1024 * 1024;

/** Every message of the mailbox in the server's order. @throws when the client does not understand the server */
export async function readWithPython(mailbox: Mailbox): Promise<SecondOpinion[]> {
  const { stdout } = await promisify(execFile)(
    'python3',
    [CLIENT, mailbox.host, String(mailbox.port), mailbox.user],
    { env: { ...process.env, POP3_PASSWORD: mailbox.password }, maxBuffer: MAX_OUTPUT_OCTETS },
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => opinionSchema.parse(JSON.parse(line)));
}
