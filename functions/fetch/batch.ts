// A batch of the queue: every message is worked on at the same time as the others, and answered for by itself. One that fails,
// or hangs to the end of the time, goes back to the queue alone.

import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { FetchMessage } from '../messages.ts';
import { parseFetchMessage } from '../messages.ts';
import type { FetchWatch } from './fetch-ports.ts';
import type { InvocationTime } from '../invocation-time.ts';

export interface Delivery<Message extends FetchMessage = FetchMessage> {
  readonly messageId: string;
  readonly message: Message;
  /** Times it was given to anybody, with this one. */
  readonly receives: number;
}

/** `done` the message is taken from the queue · `again` it comes back, and in the end somebody is told. */
export type Answer = 'done' | 'again';

type Kind = FetchMessage['kind'];
type MessageOf<K extends Kind> = Extract<FetchMessage, { readonly kind: K }>;

/**
 * @param kind of messages that this queue carries; others fail, as what cannot be read does
 * @param work what it throws means `again`
 */
export async function answerBatch<K extends Kind>(
  { Records: records }: Pick<SQSEvent, 'Records'>,
  kind: K,
  time: Pick<InvocationTime, 'over'>,
  watch: FetchWatch,
  work: (delivery: Delivery<MessageOf<K>>) => Promise<Answer>,
): Promise<SQSBatchResponse> {
  const failures: string[] = [];
  await Promise.all(
    records.map(async ({ messageId, body, attributes }) => {
      const message = parseFetchMessage(body);
      const receives = Number(attributes.ApproximateReceiveCount) || 1;
      if (!isOfKind(message, kind)) {
        watch.error('a message of the queue is not one of ours', { messageId, kind });
        failures.push(messageId);
        return;
      }
      const delivery = { messageId, message, receives };
      const answer = await beforeEnd(work(delivery), time.over).catch((error: unknown) => {
        const { account } = message;
        watch.error('a message fails', { account, kind, receives, error });
        return 'again';
      });
      if (answer === 'again') failures.push(messageId);
    }),
  );
  return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
}

function isOfKind<K extends Kind>(message: FetchMessage | undefined, kind: K): message is MessageOf<K> {
  return message?.kind === kind;
}

/**
 * Who is not waited for any longer may wake up in a later invocation. Then its connection is closed and its lease has ended:
 * what it still does is safe to repeat, or refused.
 */
async function beforeEnd<T>(work: Promise<T>, over: AbortSignal): Promise<T> {
  const end = Promise.withResolvers<never>();
  const onOver = (): void => {
    end.reject(over.reason as Error);
  };
  if (over.aborted) onOver();
  over.addEventListener('abort', onOver, { once: true });
  try {
    return await Promise.race([work, end.promise]);
  } finally {
    over.removeEventListener('abort', onOver);
  }
}
