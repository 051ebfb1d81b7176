// The networks, where AWS's own will not do. The parser's has no way out but to the two buckets: whoever breaks the parser with
// a message can send mail nowhere. The fetchers' has one address that does not change, for servers that want to know it.

import {
  CfnEIP,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Resources } from './resources.ts';
import { DERIVED_PREFIXES, RAW_PREFIX } from './storage.ts';

/** Where a function's network interfaces are. */
export interface Placement {
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

const TWO_ZONES = 2;
const NO_FLOW_LOG = 'A flow log costs more than all the rest; the owner can add one to the vpc.';

/** Costs nothing, but where message events are wanted: their endpoint is paid for by the hour, in each of two zones. */
export class ParserNetwork extends Construct {
  readonly placement: Placement;

  constructor(scope: Construct, id: string, { raw, derived, messageBus }: Resources) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.79.0.0/26'),
      maxAzs: TWO_ZONES,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 28 }],
      // That would deploy a function of CDK's own; nothing is in the group.
      restrictDefaultSecurityGroup: false,
    });
    acknowledge(vpc, 'AwsSolutions-VPC7', NO_FLOW_LOG);
    const objects = vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    objects.addToPolicy(through(['s3:ListBucket'], [raw.bucketArn, derived.bucketArn]));
    objects.addToPolicy(through(['s3:GetObject'], [raw.arnForObjects(`${RAW_PREFIX}*`)]));
    objects.addToPolicy(
      through(
        ['s3:GetObject', 's3:PutObject'],
        DERIVED_PREFIXES.map((prefix) => derived.arnForObjects(`${prefix}*`)),
      ),
    );
    this.placement = placementIn(this, vpc as IVpc, SubnetType.PRIVATE_ISOLATED);
    if (messageBus !== undefined) this.#reachEvents(vpc, messageBus);
  }

  #reachEvents(vpc: Vpc, { eventBusArn }: IEventBus): void {
    const group = new SecurityGroup(this, 'EventsGroup', {
      vpc: vpc as IVpc,
      description: 'Mailferry: events of the parser come in',
      allowAllOutbound: false,
    });
    for (const parser of this.placement.securityGroups) group.addIngressRule(parser, Port.HTTPS);
    const events = vpc.addInterfaceEndpoint('Events', {
      service: InterfaceVpcEndpointAwsService.EVENTBRIDGE,
      securityGroups: [group],
      open: false,
    });
    events.addToPolicy(through(['events:PutEvents'], [eventBusArn]));
  }
}

/** One NAT gateway: about $36 a month, and $0.045 for each GB from the mail servers (2026-08). Mail to S3 does not pass it. */
export class StaticEgressNetwork extends Construct {
  readonly placement: Placement;
  /** The public IPv4 address that mail servers see. */
  readonly address: string;

  constructor(scope: Construct, id: string, { raw, table }: Resources) {
    super(scope, id);
    const address = new CfnEIP(this, 'Address', { domain: 'vpc' });
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.80.0.0/24'),
      maxAzs: TWO_ZONES,
      natGateways: 1,
      natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }),
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
        { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 27 },
      ],
      restrictDefaultSecurityGroup: false,
    });
    acknowledge(vpc, 'AwsSolutions-VPC7', NO_FLOW_LOG);
    const objects = vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    objects.addToPolicy(through(['s3:ListBucket'], [raw.bucketArn]));
    objects.addToPolicy(through(['s3:GetObject', 's3:PutObject'], [raw.arnForObjects(`${RAW_PREFIX}*`)]));
    const items = vpc.addGatewayEndpoint('Table', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    items.addToPolicy(through(['dynamodb:*'], [table.tableArn]));
    this.address = address.attrPublicIp;
    this.placement = placementIn(this, vpc as IVpc, SubnetType.PRIVATE_WITH_EGRESS);
  }
}

/** In the private subnets of a network that somebody else made. */
export function placementInVpc(scope: Construct, vpc: IVpc): Placement {
  return placementIn(scope, vpc, SubnetType.PRIVATE_WITH_EGRESS);
}

/** Nothing comes in. Out goes what the subnets have a way for. */
function placementIn(scope: Construct, vpc: IVpc, subnetType: SubnetType): Placement {
  const isIsolated = subnetType === SubnetType.PRIVATE_ISOLATED;
  const group = new SecurityGroup(scope, 'Group', {
    vpc,
    description: 'Mailferry: nothing comes in',
    allowAllOutbound: !isIsolated,
  });
  if (isIsolated) group.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'to the endpoints of this network');
  return { vpc, vpcSubnets: { subnetType }, securityGroups: [group] };
}

function through(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ principals: [new AnyPrincipal()], actions, resources });
}
