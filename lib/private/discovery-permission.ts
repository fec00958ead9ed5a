import { Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';

/** All that the runtime asks AWS Cloud Map for. */
const ACTION = 'servicediscovery:DiscoverInstances';

/** What lets a function look up the instances of services, in a policy of its own: what is acknowledged of it concerns nothing else. */
export class DiscoveryPermission {
  private readonly target: lambda.Function;
  private readonly granted = new Set<string>();
  private policy: iam.Policy | undefined;

  constructor(target: lambda.Function) {
    this.target = target;
  }

  /** Lets the function look up the instances of a service. */
  grant({ namespace: { namespaceName }, serviceName }: servicediscovery.IService): void {
    const key = JSON.stringify([namespaceName, serviceName]);
    if (this.granted.has(key)) return;
    this.granted.add(key);
    // The action knows no resources: the names in the request are all that can be allowed or not.
    const conditions = { StringEquals: { 'servicediscovery:NamespaceName': namespaceName, 'servicediscovery:ServiceName': serviceName } };
    this.policy ??= this.newPolicy();
    this.policy.addStatements(new iam.PolicyStatement({ actions: [ACTION], resources: ['*'], conditions }));
  }

  private newPolicy(): iam.Policy {
    const policy = new iam.Policy(this.target, 'DiscoveryPolicy');
    this.target.role?.attachInlinePolicy(policy);
    // A function waits for its role alone: otherwise it would be called before it may ask.
    (this.target.node.defaultChild as lambda.CfnFunction).addResourceDependency(policy.node.defaultChild as iam.CfnPolicy);
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'AWS Cloud Map has no resource-level permissions for looking up instances; conditions keep it to the services that are declared.',
    });
    return policy;
  }
}
