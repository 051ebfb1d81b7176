// The metrics the functions send and the stack watches. The one place that knows their names, units and dimension, so that
// no alarm waits for a metric that nobody sends. Sums and counts: never an account's name, for each would be paid for.

export const METRIC_NAMESPACE = 'Mailferry';

/** The only dimension of every metric, as Powertools calls it: its value is the service that sent it. */
export const SERVICE_DIMENSION = 'service';

/** By service, each metric with CloudWatch's name of its unit. Both fetch functions, of polls and of drains, are one service. */
export const METRICS = {
  dispatch: {
    /** Accounts whose turn it was in this minute. */
    AccountsDue: 'Count',
    /** Polls put into the queue. */
    PollsSent: 'Count',
    /** Of them, for accounts whose back-off was over. */
    PollsRetried: 'Count',
    /** Due, and left alone until their next attempt. */
    AccountsBackedOff: 'Count',
    /** Due, and left alone because their owner has to mend something: a password. */
    AccountsSuspended: 'Count',
    /** Due, and without a success for longer than they may be. */
    AccountsStale: 'Count',
    /** Since the last success of the account, of those due, that has waited longest for one. */
    OldestSuccessAgeSeconds: 'Seconds',
    /** Minutes too long ago to be made up for. */
    MinutesMissed: 'Count',
  },
  fetch: {
    MessagesStored: 'Count',
    MessagesDuplicate: 'Count',
    /** Octets of the messages fetched. */
    OctetsFetched: 'Bytes',
    /** Messages that failed, and are tried again. */
    MessagesFailed: 'Count',
    /** Messages set aside after they failed three times. */
    MessagesQuarantined: 'Count',
    /** Deletions the server confirmed. */
    MessagesDeleted: 'Count',
    /** Polls that found nothing to do. */
    PollsQuiet: 'Count',
    /** Polls dropped because somebody was at work on the account. */
    PollsDropped: 'Count',
    /** Runs that an error ended. */
    RunsStopped: 'Count',
    /** Runs that ended because the server refused the password. */
    AuthFailures: 'Count',
    /** Runs that lost their lease to another. */
    LeaseLost: 'Count',
    /** Objects in the archive with other octets than they were stored with. */
    ArchiveCorrupt: 'Count',
    DrainSlices: 'Count',
    /** Drains given up: they stored nothing any more, or went on for too long. */
    DrainsStalled: 'Count',
    /** Servers that gave their messages new UIDLs. */
    UidlTurnovers: 'Count',
    /** Times that the event bus did not take what was to be told of runs; it is told later. */
    EventsFailed: 'Count',
  },
  parse: {
    MessagesParsed: 'Count',
    /** Messages whose document only says why they could not be parsed. */
    ParseFailures: 'Count',
    /** Notifications of something else than a raw message of this archive. */
    ParseRecordsRefused: 'Count',
  },
} as const;

export type Service = keyof typeof METRICS;
export type MetricName<Of extends Service = Service> = {
  [S in Of]: Extract<keyof (typeof METRICS)[S], string>;
}[Of];
