// CloudFormation, Lambda and IAM as moto has them, by bare HTTP: their SDK clients are no dependency of this project. moto believes
// any signature, and takes from it only which service is meant.

import { provideValidator } from './moto-validator.ts';
import { TEST_REGION } from './moto.ts';

interface MotoPort {
  readonly port: number;
}

/** By logical id. What moto knows nothing of is left out. */
export type PhysicalIds = ReadonlyMap<string, string>;

const POLL_MS = 50;
const PATIENCE_MS = 60_000;

/** @throws Error with moto's reason when the stack does not come up */
export async function createStack(moto: MotoPort, name: string, template: unknown): Promise<PhysicalIds> {
  provideValidator();
  await callCloudFormation(moto, {
    Action: 'CreateStack',
    StackName: name,
    TemplateBody: JSON.stringify(template),
    'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
  });
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const described = await callCloudFormation(moto, { Action: 'DescribeStacks', StackName: name });
    const status = textOf(described, 'StackStatus');
    if (status === 'CREATE_COMPLETE') break;
    if (status !== 'CREATE_IN_PROGRESS' || Date.now() > end) {
      throw new Error(`the stack is ${status}: ${textOf(described, 'StackStatusReason')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const listed = await callCloudFormation(moto, { Action: 'DescribeStackResources', StackName: name });
  const members = listed.split('<member>').slice(1);
  return new Map(members.map((one) => [textOf(one, 'LogicalResourceId'), textOf(one, 'PhysicalResourceId')]));
}

/** As `GetFunctionConfiguration` and `ListEventSourceMappings` answer. */
export async function askLambda(moto: MotoPort, path: string): Promise<unknown> {
  return await (await request(moto, 'lambda', path)).json();
}

/** The policies written into a role, as JSON objects with everything resolved. */
export async function rolePolicies(moto: MotoPort, RoleName: string): Promise<readonly unknown[]> {
  const listed = await callIam(moto, { Action: 'ListRolePolicies', RoleName });
  const names = [...listed.matchAll(/<member>([^<]+)<\/member>/g)].map(([, name = '']) => name);
  return await Promise.all(
    names.map(async (PolicyName) => {
      const answer = await callIam(moto, { Action: 'GetRolePolicy', RoleName, PolicyName });
      return JSON.parse(decodeURIComponent(textOf(answer, 'PolicyDocument'))) as unknown;
    }),
  );
}

async function callCloudFormation(moto: MotoPort, form: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams({ Version: '2010-05-15', ...form });
  return await (await request(moto, 'cloudformation', '/', body)).text();
}

async function callIam(moto: MotoPort, form: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams({ Version: '2010-05-08', ...form });
  return await (await request(moto, 'iam', '/', body)).text();
}

async function request(
  { port }: MotoPort,
  service: string,
  path: string,
  body?: URLSearchParams,
): Promise<Response> {
  const scope = `test/20260101/${TEST_REGION}/${service}/aws4_request`;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` },
    ...(body === undefined ? {} : { body }),
  });
  if (!response.ok) throw new Error(`moto's ${service} says ${response.status}: ${await response.text()}`);
  return response;
}

function textOf(xml: string, element: string): string {
  const [, text = ''] = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml) ?? [];
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
