// What Lambda makes of messages of SQS for a function, and what it makes of the function's answer.

import type { Message } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import type { InvocationReport } from './lambda-spec.ts';
import { REGION } from './lambda-spec.ts';

export function toSqsEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  return {
    Records: messages.map(({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }) => ({
      messageId: MessageId ?? '',
      receiptHandle: ReceiptHandle ?? '',
      body: Body ?? '',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '0',
        SenderId: 'AIDATEST',
        ApproximateFirstReceiveTimestamp: '0',
        ...Attributes,
      },
      messageAttributes: {},
      md5OfBody: MD5OfBody ?? '',
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: REGION,
    })),
  };
}

/**
 * The ids of the messages that are done, where the function reports failures one by one. A fault, an answer of another shape,
 * or the id of no message of the batch: none is.
 */
export function doneMessages(
  messages: readonly Message[],
  { outcome }: InvocationReport,
): ReadonlySet<string> {
  const ids = new Set(messages.map(({ MessageId }) => MessageId ?? ''));
  if ('fault' in outcome) return new Set();
  const failed = failedIds(outcome.payload);
  if (failed === undefined || failed.some((id) => !ids.has(id))) return new Set();
  return new Set([...ids].filter((id) => !failed.includes(id)));
}

/** No answer, an empty one and one without failures mean that all is done. */
function failedIds(payload: unknown): readonly string[] | undefined {
  if (payload === null) return [];
  if (typeof payload !== 'object') return undefined;
  if (Object.keys(payload).length === 0) return [];
  const { batchItemFailures } = payload as { readonly batchItemFailures?: unknown };
  if (batchItemFailures === null) return [];
  if (!Array.isArray(batchItemFailures)) return undefined;
  const ids = batchItemFailures.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'itemIdentifier' in item ? item.itemIdentifier : undefined,
  );
  return ids.every((id) => typeof id === 'string' && id !== '') ? (ids as string[]) : undefined;
}
