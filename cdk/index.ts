// `mailferry/cdk`: the importer as a construct for the AWS CDK.

export { MailboxImporter } from './mailbox-importer.ts';
export type { MailboxImporterProps } from './mailbox-importer-props.ts';
export type { Concurrency } from './functions.ts';
export type { ObjectLock } from './object-lock.ts';
