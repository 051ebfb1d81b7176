// The importer as one construct: mailboxes in, buckets of mail out. It puts the parts together; each part is in its own file.

import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Account } from '../lib/core/account.ts';
import { toDeployableAccounts } from '../lib/config/deployable-accounts.ts';
import { ImporterAlarms } from './alarms.ts';
import { checkProps, DEFAULT_STALE_HOURS } from './check-props.ts';
import { createDashboard } from './dashboard.ts';
import { DeployedAccounts } from './deployed-accounts.ts';
import { ImporterFunctions } from './functions.ts';
import { createLedgerTable } from './ledger-table.ts';
import { MailCatalog } from './mail-catalog.ts';
import type { MailboxImporterProps } from './mailbox-importer-props.ts';
import { ParserNetwork, placementInVpc, StaticEgressNetwork } from './network.ts';
import type { Placement } from './network.ts';
import { MailQueues } from './queues.ts';
import { grantReadMail } from './read-mail.ts';
import type { Resources } from './resources.ts';
import { allowSecrets } from './secret-access.ts';
import { MailStorage } from './storage.ts';

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
  /** Gets the events; `undefined` with `events: false`. */
  readonly eventBus: IEventBus | undefined;
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
    checkProps(props);
    const accounts = toDeployableAccounts(props.accounts ?? []);
    this.queues = new MailQueues(this, 'Queues');
    const storage = this.#createStorage(props);
    this.rawBucket = storage.raw;
    this.derivedBucket = storage.derived;
    this.table = createLedgerTable(this, 'Ledger');
    this.eventBus = this.#chooseBus(props);
    const resources = this.#resources(props);
    const network = this.#placeFetch(resources, props);
    this.egressAddress = network.address;
    this.functions = this.#createFunctions(resources, network.placement, props);
    storage.refuseDeletingBy(this.functions.all.map(({ role }) => role));
    this.#allowSecrets(accounts, props);
    this.#deployAccounts(accounts, resources, props);
    this.alarms = this.#createAlarms(props);
    this.dashboard =
      props.dashboard === false ? undefined : createDashboard(this, 'Dashboard', this.functions, this.queues);
    this.catalog = props.catalog
      ? new MailCatalog(this, 'Catalog', this.derivedBucket, props.catalogDatabase ?? 'mailferry')
      : undefined;
  }

  /** Let somebody list and read the mail, all its versions, and what was made of it. Nothing else, and no other way round. */
  grantReadMail(grantee: IGrantable): Grant {
    return grantReadMail(grantee, this.rawBucket, this.derivedBucket);
  }

  #createStorage({ encryptionKey, objectLock, accessLogsBucket }: MailboxImporterProps): MailStorage {
    return new MailStorage(this, 'Storage', {
      encryptionKey,
      objectLock,
      accessLogsBucket,
      parseQueue: this.queues.parse.queue,
      parseQueuePolicy: this.queues.parsePolicy,
    });
  }

  #chooseBus({ events = true, eventBus }: MailboxImporterProps): IEventBus | undefined {
    if (!events) return undefined;
    const description = 'Mailferry: what happens to mail and accounts';
    return eventBus ?? (new EventBus(this, 'Events', { description }) as IEventBus);
  }

  #resources({ encryptionKey, messageEvents = false }: MailboxImporterProps): Resources {
    return {
      table: this.table,
      raw: this.rawBucket,
      derived: this.derivedBucket,
      encryptionKey,
      pollQueue: this.queues.poll.queue,
      drainQueue: this.queues.drain.queue,
      parseQueue: this.queues.parse.queue,
      eventBus: this.eventBus,
      messageBus: messageEvents ? this.eventBus : undefined,
    };
  }

  #placeFetch(
    resources: Resources,
    { vpc, staticEgress = false }: MailboxImporterProps,
  ): { placement: Placement | undefined; address: string | undefined } {
    if (vpc !== undefined) return { placement: placementInVpc(this, vpc), address: undefined };
    if (staticEgress) return new StaticEgressNetwork(this, 'Egress', resources);
    return { placement: undefined, address: undefined };
  }

  #createFunctions(
    resources: Resources,
    fetchPlacement: Placement | undefined,
    props: MailboxImporterProps,
  ): ImporterFunctions {
    const isOpen = props.parserNetwork === 'open';
    return new ImporterFunctions(this, 'Functions', {
      resources,
      codeFolder: props.codeFolder,
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      concurrency: props.concurrency ?? {},
      fetchPlacement,
      parsePlacement: isOpen ? undefined : new ParserNetwork(this, 'Parser', resources).placement,
      reservesDispatch: props.reserveDispatchConcurrency ?? false,
      staleHours: props.staleHours ?? DEFAULT_STALE_HOURS,
      writesRows: props.catalogRows ?? true,
    });
  }

  #allowSecrets(accounts: readonly Account[], props: MailboxImporterProps): void {
    const { secrets = [], parameters = [], secretFolders = [], secretKeys = [] } = props;
    const sources = { accounts, secrets, parameters, secretFolders, secretKeys };
    for (const fn of [this.functions.poll, this.functions.drain]) allowSecrets(fn, sources);
  }

  #deployAccounts(accounts: readonly Account[], resources: Resources, props: MailboxImporterProps): void {
    const { codeFolder, deployment, logRetention = RetentionDays.ONE_MONTH } = props;
    void new DeployedAccounts(this, 'Accounts', {
      accounts,
      resources,
      deployment,
      codeFolder,
      logRetention,
    });
  }

  #createAlarms({ alarms = true, alarmTopic, alarmEmail }: MailboxImporterProps): ImporterAlarms | undefined {
    if (!alarms) return undefined;
    const { functions, queues } = this;
    const created = new ImporterAlarms(this, 'Alarms', { functions, queues, topic: alarmTopic });
    if (alarmEmail !== undefined) created.topic.addSubscription(new EmailSubscription(alarmEmail));
    return created;
  }
}
