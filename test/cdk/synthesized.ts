// A stack with an importer, synthesized in this process with stub bundles, and the ways to look into its template. Whoever
// opens it disposes of it: its folders are temporary. A synth takes seconds: one for a file is enough.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ImporterStack } from '../../cdk/importer-stack.ts';
import type { MailboxImporter } from '../../cdk/mailbox-importer.ts';
import type { MailboxImporterProps } from '../../cdk/mailbox-importer-props.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** As the template has it: CloudFormation's functions and all. */
// oxlint-disable-next-line typescript/no-explicit-any -- any JSON, looked into by assertions
export type Properties = Readonly<Record<string, any>>;

export class Synthesized implements Disposable {
  readonly importer: MailboxImporter;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, Properties>>;
  /** Octets of the template as it is sent. */
  readonly octets: number;
  /** What cdk-nag finds and nobody has acknowledged: rule and construct. */
  readonly findings: readonly string[];
  readonly #folder: string;

  /** @param toProps what is made in the stack for it: keys, networks; it is given the stack's app */
  constructor(toProps: (app: App) => MailboxImporterProps, context: Readonly<Record<string, unknown>> = {}) {
    this.#folder = mkdtempSync(join(tmpdir(), 'mailferry-test-cdk-'));
    try {
      const app = new App({
        outdir: join(this.#folder, 'out'),
        context: { ...context },
        analyticsReporting: false,
      });
      const codeFolder = writeStubBundles(this.#folder);
      const stack = new ImporterStack(app, 'Mailferry', { codeFolder, ...toProps(app) });
      this.importer = stack.importer;
      this.findings = new AwsSolutionsChecks(app)
        .validateScope(stack)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
        );
      const template = templateOf(app, stack);
      this.resources = template['Resources'];
      this.outputs = template['Outputs'];
      this.octets = Buffer.byteLength(JSON.stringify(template));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Logical ids and resources of a type. */
  ofType(type: string): (readonly [string, Resource])[] {
    return Object.entries(this.resources).filter(([, { Type }]) => Type === type);
  }

  /** The only one whose logical id begins so, without the hash at its end. @throws Error if there is none */
  find(name: string): Resource & { readonly id: string } {
    const found = Object.entries(this.resources).find(([id]) => plainId(id) === name);
    if (found === undefined) throw new Error(`there is no ${name} in the template`);
    return { id: found[0], ...found[1] };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function synthesize(props: MailboxImporterProps = {}): Synthesized {
  return new Synthesized(() => props);
}

/** `ImporterStorageRaw671D4D2E` without the hash that CDK makes of its path. */
export function plainId(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}

function templateOf(app: App, stack: Stack): Properties {
  return app.synth().getStackArtifact(stack.artifactId).template as Properties;
}

/** @returns the folder to give as `codeFolder` */
export function writeStubBundles(folder: string): string {
  const code = join(folder, 'lambda');
  for (const bundle of ['accounts', 'dispatch', 'fetch', 'parse']) {
    mkdirSync(join(code, bundle), { recursive: true });
    writeFileSync(join(code, bundle, 'index.mjs'), `// ${bundle}\n`);
  }
  return code;
}
