// The importer as one construct: mailboxes in, buckets of mail out. It puts the parts together; each part is in its own file.

import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { toDeployableAccounts } from '../lib/config/deployable-accounts.ts';
import { ImporterAlarms } from './alarms.ts';
import { createDashboard } from './dashboard.ts';
import { DeployedAccounts } from './deployed-accounts.ts';
import { ImporterFunctions } from './functions.ts';
import { createLedgerTable } from './ledger-table.ts';
import { MailCatalog } from './mail-catalog.ts';
import type { MailboxImporterProps } from './mailbox-importer-props.ts';
import { ParserNetwork, placementInVpc, StaticEgressNetwork } from './network.ts';
import type { Placement } from './network.ts';
import { notDeployable } from './not-deployable.ts';
import { MailQueues } from './queues.ts';
import type { Resources } from './resources.ts';
import { acknowledgeFolders, secretGrants } from './secret-access.ts';
import type { SecretSources } from './secret-access.ts';
import { DERIVED_PREFIXES, MailStorage, RAW_PREFIX } from './storage.ts';

/** A day, an hour for the mark that is renewed hourly, and one to spare. */
const DEFAULT_STALE_HOURS = 26;

/**
 * Polls POP3 mailboxes by their schedules and keeps every message once, byte for byte, in S3; parses it there.
 *
 * Its id, and the id of every construct around it, is part of the names of the buckets and the table: changing one makes new,
 * empty ones, and leaves the old ones behind.
 */
export class MailboxImporter extends Construct {
  /** The mail itself, below `raw/`. Versioned and retained. */
  readonly rawBucket: Bucket;
  /** What is made of the mail: `parsed/`, `attachments/`, `catalog/`. Retained, and can be made again. */
  readonly derivedBucket: Bucket;
  /** The ledger, and the accounts. Retained. */
  readonly table: Table;
  /** With a dead-letter queue each. */
  readonly queues: MailQueues;
  readonly functions: ImporterFunctions;
  /** Gets the events; see lib/core/events.ts. */
  readonly eventBus: IEventBus;
  /** `undefined` with `alarms: false`. */
  readonly alarms: ImporterAlarms | undefined;
  /** `undefined` with `dashboard: false`. */
  readonly dashboard: Dashboard | undefined;
  /** `undefined` without `catalog: true`. */
  readonly catalog: MailCatalog | undefined;
  /** The IPv4 address that mail servers see; `undefined` without `staticEgress: true`. */
  readonly egressAddress: string | undefined;

  /** @throws CONFIG_INVALID */
  constructor(scope: Construct, id: string, props: MailboxImporterProps = {}) {
    super(scope, id);
    const accounts = props.accounts && toDeployableAccounts(props.accounts);
    this.queues = new MailQueues(this, 'Queues');
    const storage = new MailStorage(this, 'Storage', {
      encryptionKey: props.encryptionKey,
      objectLock: props.objectLock,
      accessLogsBucket: props.accessLogsBucket,
      parseQueue: this.queues.parse.queue,
      parseQueuePolicy: this.queues.parsePolicy,
    });
    this.rawBucket = storage.raw;
    this.derivedBucket = storage.derived;
    this.table = createLedgerTable(this, 'Ledger');
    this.eventBus =
      props.eventBus ??
      (new EventBus(this, 'Events', {
        description: 'Mailferry: what happens to mail and accounts',
      }) as IEventBus);
    const resources = this.#resources(props);
    const network = this.#placeFetch(resources, props);
    this.egressAddress = network.address;
    this.functions = this.#createFunctions(resources, network.placement, props);
    storage.refuseDeletingBy(this.functions.all.map(({ role }) => role));
    this.#allowSecrets({
      accounts: accounts ?? [],
      secrets: props.secrets ?? [],
      parameters: props.parameters ?? [],
      secretFolders: props.secretFolders ?? [],
      secretKeys: props.secretKeys ?? [],
    });
    if (accounts !== undefined) {
      const { codeFolder, logRetention = RetentionDays.ONE_MONTH } = props;
      void new DeployedAccounts(this, 'Accounts', { accounts, resources, codeFolder, logRetention });
    }
    this.alarms = this.#createAlarms(props);
    this.dashboard =
      props.dashboard === false ? undefined : createDashboard(this, 'Dashboard', this.functions, this.queues);
    this.catalog = props.catalog
      ? new MailCatalog(this, 'Catalog', this.derivedBucket, props.catalogDatabase ?? 'mailferry')
      : undefined;
  }

  /** Let somebody list and read the mail, all its versions, and what was made of it. Nothing else, and no other way round. */
  grantReadMail(grantee: IGrantable): Grant {
    const objects = [
      { bucket: this.rawBucket, prefixes: [RAW_PREFIX], actions: ['s3:GetObject', 's3:GetObjectVersion'] },
      { bucket: this.derivedBucket, prefixes: DERIVED_PREFIXES, actions: ['s3:GetObject'] },
    ];
    const grants = objects.flatMap(({ bucket, prefixes, actions }) => [
      Grant.addToPrincipalOrResource({
        grantee,
        actions,
        resourceArns: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
        resource: bucket,
      }),
      Grant.addToPrincipalOrResource({
        grantee,
        actions: ['s3:ListBucket'],
        resourceArns: [bucket.bucketArn],
        resource: bucket,
      }),
    ]);
    const key = this.rawBucket.encryptionKey?.grantDecrypt(grantee);
    return [...grants, ...(key === undefined ? [] : [key])].reduce((all, one) => all.combine(one));
  }

  #resources({ encryptionKey }: MailboxImporterProps): Resources {
    return {
      table: this.table,
      raw: this.rawBucket,
      derived: this.derivedBucket,
      encryptionKey,
      pollQueue: this.queues.poll.queue,
      drainQueue: this.queues.drain.queue,
      parseQueue: this.queues.parse.queue,
      eventBus: this.eventBus,
    };
  }

  #placeFetch(
    resources: Resources,
    { vpc, staticEgress = false }: MailboxImporterProps,
  ): { placement: Placement | undefined; address: string | undefined } {
    if (vpc !== undefined && staticEgress) {
      throw notDeployable(
        'vpc and staticEgress are both set',
        'a network of yours has a way out of its own: leave staticEgress out',
      );
    }
    if (vpc !== undefined) return { placement: placementInVpc(this, vpc), address: undefined };
    if (staticEgress) return new StaticEgressNetwork(this, 'Egress', resources);
    return { placement: undefined, address: undefined };
  }

  #createFunctions(
    resources: Resources,
    fetchPlacement: Placement | undefined,
    props: MailboxImporterProps,
  ): ImporterFunctions {
    const { staleHours = DEFAULT_STALE_HOURS, messageEvents = false } = props;
    if (!(staleHours > 0)) throw notDeployable(`staleHours is ${staleHours}`, 'a number above 0 is allowed');
    const isOpen = props.parserNetwork === 'open';
    return new ImporterFunctions(this, 'Functions', {
      resources,
      codeFolder: props.codeFolder,
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      concurrency: props.concurrency ?? {},
      fetchPlacement,
      parsePlacement: isOpen
        ? undefined
        : new ParserNetwork(this, 'Parser', resources, messageEvents).placement,
      reservesDispatch: props.reserveDispatchConcurrency ?? false,
      messageEvents,
      staleHours,
    });
  }

  #allowSecrets(sources: SecretSources): void {
    for (const fn of [this.functions.poll, this.functions.drain]) {
      for (const grant of secretGrants(this, sources)) fn.allow(grant);
      acknowledgeFolders(fn.role, sources);
    }
  }

  #createAlarms({ alarms = true, alarmTopic, alarmEmail }: MailboxImporterProps): ImporterAlarms | undefined {
    if (!alarms) return undefined;
    const { functions, queues } = this;
    const created = new ImporterAlarms(this, 'Alarms', { functions, queues, topic: alarmTopic });
    if (alarmEmail !== undefined) created.topic.addSubscription(new EmailSubscription(alarmEmail));
    return created;
  }
}
