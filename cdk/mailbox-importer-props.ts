// What can be chosen of an importer. All of it can be left out.

import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IParameter } from 'aws-cdk-lib/aws-ssm';
import type { Account } from '../lib/core/account.ts';
import type { Concurrency } from './functions.ts';
import type { ObjectLock } from './object-lock.ts';

export interface MailboxImporterProps {
  /**
   * The accounts to poll, as `loadConfig('mailferry.yaml').accounts` gives them; at most about 200. Put into the table at each
   * deployment that changes them; one that is taken out here is polled no longer. Their secrets have to be in Secrets Manager
   * or Parameter Store, and only the functions that fetch get to read them: see `secretFolders` for more than about 60.
   * @default - none: `mailferry accounts apply` puts them into the table
   */
  readonly accounts?: readonly Account[];
  /**
   * Any text that is another one at each deployment: then the accounts are put into the table at each, whatever others changed
   * of them there in the meantime.
   * @default - when they change, or the table does
   */
  readonly deployment?: string;
  /**
   * Secrets that accounts applied later will name (`secretsmanager:ID`).
   * @default - only those that `accounts` name
   */
  readonly secrets?: readonly ISecret[];
  /**
   * Parameters that accounts applied later will name (`ssm:/path`).
   * @default - only those that `accounts` name
   */
  readonly parameters?: readonly IParameter[];
  /**
   * Beginnings of names, ending in `/`, such as `mailferry/`: every secret and parameter below it may be read by the functions
   * that fetch, also one that is made later. For many accounts: a role has room to name about 60 secrets and parameters, and
   * does not name what is in one of these. (A secret with the passwords of many accounts, `secretsmanager:ID#json-key`, is one.
   * A refresh token counts twice, and where it may be written it is named in any case.)
   * @default - none
   */
  readonly secretFolders?: readonly string[];
  /**
   * Customer managed keys that the secrets and parameters are encrypted with.
   * @default - AWS's own, which need no permission
   */
  readonly secretKeys?: readonly IKey[];
  /**
   * A symmetric key for both buckets, used through S3 bucket keys. The table, the queues and the logs hold no mail and stay with
   * AWS's own keys. Without the key the mail is lost: never delete it.
   * @default - S3's own keys
   */
  readonly encryptionKey?: IKey;
  /**
   * S3 itself refuses to delete mail for a time. Can be added and changed later, for what is stored from then on; what is stored
   * stays locked for its time. If you take it away, look at the bucket's default retention: CloudFormation does not promise to
   * remove it. (The bucket has Object Lock switched on in any case; without a retention nothing is locked.)
   * @default - no such time; versions keep what is deleted
   */
  readonly objectLock?: ObjectLock;
  /**
   * Gets S3's access logs of both buckets, below `mailferry-raw/` and `mailferry-derived/`.
   * @default - no access logs
   */
  readonly accessLogsBucket?: IBucket;
  /**
   * A network of yours for the functions that fetch, in its private subnets with a way out; not for the others.
   * @default - AWS's own, with addresses that change
   */
  readonly vpc?: IVpc;
  /**
   * A network with a NAT gateway, so that all mail servers see one address. About $36 a month and $0.045 a GB (2026-08).
   * @default false
   */
  readonly staticEgress?: boolean;
  /**
   * `isolated`: the parse function is in a network of its own from which only the two buckets can be reached. Free of charge,
   * except that `messageEvents` then needs an endpoint in two zones for about $15 a month (2026-08). `open`: AWS's own network.
   * @default 'isolated'
   */
  readonly parserNetwork?: 'isolated' | 'open';
  /**
   * Invocations at a time, and so sessions with mail servers at a time.
   * @default - 10 each of polls, drains and parses
   */
  readonly concurrency?: Concurrency;
  /**
   * Keep one concurrent invocation of the AWS account free for the dispatcher. AWS refuses it to accounts with a quota of 10.
   * @default false
   */
  readonly reserveDispatchConcurrency?: boolean;
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;
  /**
   * Tell an event bus what happens: see docs/events.md.
   * @default true
   */
  readonly events?: boolean;
  /**
   * Gets the events.
   * @default - a bus of its own
   */
  readonly eventBus?: IEventBus;
  /**
   * Events of every message too: `message.stored` and `message.parsed`. $1 for a million each (2026-08).
   * @default false
   */
  readonly messageEvents?: boolean;
  /**
   * Hours without a success after which an account is stale, once it also had a turn since that did not succeed. An account that
   * is well notes its success once an hour only, so this has to be more than an hour and the longest `every ...` of `accounts`.
   * @default 26
   */
  readonly staleHours?: number;
  /** @default true */
  readonly alarms?: boolean;
  /**
   * Gets the alarms. It has to let `cloudwatch.amazonaws.com` publish. Not with `alarms: false`.
   * @default - a topic of its own
   */
  readonly alarmTopic?: ITopic;
  /**
   * Subscribed to the topic; whoever reads its mail has to confirm. Not with `alarms: false`.
   * @default - nobody: subscribe to `alarms.topic`
   */
  readonly alarmEmail?: string;
  /** @default true */
  readonly dashboard?: boolean;
  /**
   * Write a row of each message below `catalog/`, one file for each batch of messages: see docs/query.md. `false`: no row is
   * written, and `mailferry reparse` is what makes those that are missing later.
   * @default true
   */
  readonly catalogRows?: boolean;
  /**
   * A Glue database and table, to ask Athena for mail by account and day: see docs/query.md. Costs nothing until it is asked.
   * Off, because whoever deploys needs rights on Glue for it, and a database has one name in an AWS account and region.
   * @default false
   */
  readonly catalog?: boolean;
  /**
   * Of the Glue database: lower case letters, digits and `_`. One of the name in an AWS account and region. With `catalog` only.
   * @default 'mailferry'
   */
  readonly catalogDatabase?: string;
  /**
   * The folder with the functions' bundles.
   * @default - the one that comes with the package
   */
  readonly codeFolder?: string;
}
