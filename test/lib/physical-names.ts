/** Members called names that name nothing an account or region could have twice. */
const NO_PHYSICAL_NAMES: Readonly<Record<string, RegExp>> = {
  // Columns of a table and figures of a function.
  'AWS::DynamoDB::GlobalTable': /\.AttributeName$/,
  'AWS::CloudWatch::Alarm': /(^|\.)(MetricName|Dimensions\.\d+\.Name)$/,
  'AWS::ApplicationSignals::ServiceLevelObjective': /\.(MetricName|Dimensions\.\d+\.Name)$/,
  // Labels that CDK gives to what AppConfig knows by an id: any number may be the same. An environment's is found within its application alone.
  'AWS::AppConfig::Application': /^Name$/,
  'AWS::AppConfig::ConfigurationProfile': /^Name$/,
  'AWS::AppConfig::DeploymentStrategy': /^Name$/,
  'AWS::AppConfig::Environment': /^Name$/,
  // Names within a function and within a role.
  'AWS::Lambda::Alias': /^Name$/,
  'AWS::IAM::Policy': /^PolicyName$/,
  'AWS::IAM::Role': /^Policies\.\d+\.PolicyName$/,
  // A plan of AWS's own.
  'AWS::CodeDeploy::DeploymentGroup': /^DeploymentConfigName$/,
  // Values of the caller, by names of the caller.
  'AWS::Lambda::Function': /^Environment\.Variables\./,
};

interface Resource {
  readonly Type: string;
  readonly Properties?: unknown;
}

/** Whether a value is the same wherever the template is deployed in one account, region or stack. */
function isLiteral(value: unknown): boolean {
  if (typeof value === 'string') return true;
  const references = JSON.stringify(value).match(/"Ref":"[^"]+"|"Fn::(?:GetAtt|ImportValue|GetStackOutput)"/g) ?? [];
  return references.every((reference) => reference.startsWith('"Ref":"AWS::') && !/StackId|StackName/.test(reference));
}

function namesIn(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    // What another stack puts out is asked for by names that are its own.
    if (key === 'Fn::GetStackOutput') return [];
    const at = path === '' ? key : `${path}.${key}`;
    return key.endsWith('Name') && isLiteral(member) ? [at] : namesIn(member, at);
  });
}

/** The physical names that a template gives: two stacks with one of them cannot be in the same account and region. */
export function physicalNames(template: unknown): string[] {
  const { Resources } = template as { Resources: Readonly<Record<string, Resource>> };
  return Object.entries(Resources).flatMap(([id, { Type, Properties }]) =>
    namesIn(Properties, '')
      .filter((path) => NO_PHYSICAL_NAMES[Type]?.test(path) !== true)
      .map((path) => `${id} (${Type}) ${path}`),
  );
}
