/** What `--help` prints. */
export const HELP = `Looks at circuits and limits and controls them by hand, for the whole fleet.

  resilient-lambda-runtime circuits list
  resilient-lambda-runtime circuits show NAME
  resilient-lambda-runtime circuits open NAME           refuse every call
  resilient-lambda-runtime circuits close NAME          let every call pass
  resilient-lambda-runtime circuits metrics-only NAME   let every call pass, and count
  resilient-lambda-runtime circuits reset NAME          back to the automatic, closed, with nothing counted

What is forced stays until the next command; reset ends it. Environments follow at their next look at the table: at once
if they are about to look, after about ten seconds if all is quiet. A circuit that nothing has happened to has no item yet;
forcing it creates one, so mind the spelling.

  resilient-lambda-runtime limits list [--name NAME]
  resilient-lambda-runtime limits show NAME [PART...]
  resilient-lambda-runtime limits block NAME [PART...] --for 10m   give no tokens for so long
  resilient-lambda-runtime limits unblock NAME [PART...]           end the block
  resilient-lambda-runtime limits reset NAME [PART...]             forget what was taken; a block stays

A key is the name of the limit and the parts of the key in their order, such as the tenant, or what list --json prints as
key: '["api","tenant-a",null]'. Environments spend the tokens they have in hand before they follow a block, which takes some
seconds; where they have been refused they may learn of an unblock or a reset only after a minute. A block may be put on a key
that has no item yet, so mind the spelling; a new block takes the place of the old one.

Every change prints one line on stderr: when, by which command, what is so from now on and until when.

Options:
  --table NAME       table (default: the environment variable RESILIENCE_CIRCUIT_TABLE or RESILIENCE_RATE_LIMIT_TABLE)
  --region REGION    Region of the table (default: as for every AWS SDK)
  --tenant TENANT    circuits: the circuit of one tenant
  --operation NAME   circuits: the circuit of one operation
  --name NAME        limits list: the keys of one limit; hashed keys tell no name
  --for DURATION     limits block: how long, such as 30s, 10m, 2h or 1d
  --hashed           limits: the limit has hashKeys
  --json             print JSON
  --yes              do not ask
  --help             print this

Permissions on the table: list needs dynamodb:Scan, show dynamodb:GetItem, and the others dynamodb:GetItem and
dynamodb:UpdateItem. The role of a function has no dynamodb:Scan: use credentials of your own.

Exit code: 0 done, 1 the table gave no answer or you said no, 2 the command cannot be understood or names nothing there is.
`;
