import { Token, TokenComparison, type ResourceEnvironment } from 'aws-cdk-lib';

/** Whether one thing is known to be in another account or Region than another; what is not known of where it is is taken to be the same. */
export function isElsewhere(here: ResourceEnvironment, there: Partial<ResourceEnvironment>): boolean {
  const { account = here.account, region = here.region } = there;
  const differs = (ours: string, theirs: string) => Token.compareStrings(ours, theirs) === TokenComparison.DIFFERENT;
  return differs(here.account, account) || differs(here.region, region);
}
