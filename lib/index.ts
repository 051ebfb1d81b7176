// The public entry point: what a program needs to run imports of its own.

export type { Account, AccountId, DeletionPolicy, ImportLimits, SecretRef, TlsMode } from './core/account.ts';
export { MailferryError } from './core/errors.ts';
export type { ErrorCode, ErrorScope } from './core/errors.ts';
export type { MessageDocument } from './core/message/document.ts';
export type { RunRecord } from './core/run-record.ts';
export type { RunCounts } from './core/run-counts.ts';
export { loadConfig } from './config/load-config.ts';
export type { Config } from './config/config.ts';
export { importAccount } from './import/import-account.ts';
export type { ImportObserver, ImportOptions } from './import/import-options.ts';
export type { ImportPorts } from './import/import-ports.ts';
export type * from './ports/pop3.ts';
export type * from './ports/storage.ts';
export type * from './ports/ledger.ts';
export type * from './ports/access.ts';
export type * from './ports/work.ts';
export type * from './ports/directory.ts';
